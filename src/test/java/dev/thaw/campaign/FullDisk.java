package dev.thaw.campaign;

import dev.thaw.file.AtomicFile;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** A save for which the disk has no room: the old file stays as it was, and nothing beside it. */
final class FullDisk implements Attack {
    private static final class Limited extends FilterOutputStream {
        private long room;

        Limited(OutputStream out, long room) {
            super(out);
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int from, int n) throws IOException {
            room -= n;
            if (room < 0) {
                throw new IOException("No space left on device");
            }
            out.write(b, from, n);
        }
    }

    @Override
    public Outcome run(Choices random, Path folder) throws Exception {
        Path file = folder.resolve("model.keras");
        try (Model m = SmallModels.model(random)) {
            KerasFiles.save(m, file);
            byte[] before = Files.readAllBytes(file);
            m.trainOnBatch(SmallModels.images(random, 2), SmallModels.labels(random, 2));
            long room = random.nextInt(2 * before.length);
            boolean refused = false;
            try {
                AtomicFile.write(file, out -> copy(m, new Limited(out, room)));
            } catch (UncheckedIOException e) {
                refused = true;
                if (!e.getMessage().startsWith(file.toString())) {
                    return Outcome.wrong("an error without its file: " + e);
                }
            }
            try (Stream<Path> all = Files.list(folder)) {
                if (all.count() != 1) {
                    return Outcome.wrong("a temporary file stays");
                }
            }
            if (refused && !Arrays.equals(before, Files.readAllBytes(file))) {
                return Outcome.wrong("the old file has changed");
            }
            try (Model again = KerasFiles.load(file)) {
                again.summary();
            } catch (UncheckedIOException e) {
                return Outcome.unloadable(e);
            }
            return refused ? Outcome.REFUSED : Outcome.FINE;
        }
    }

    private static void copy(Model m, OutputStream out) throws IOException {
        try {
            KerasFiles.save(m, out);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
