package dev.thaw.backend.cuda;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * What trials found, kept in a text file of the cache folder, so that the next process on this GPU
 * chooses the same without a trial. One line a choice, with tabs between: GPU, versions, op,
 * winner, what was measured. Processes may write at once: each one merges its choice into what the
 * file then says, under a lock, and whoever was first wins. A line that cannot be read is left out
 * with a warning; a file that cannot be read or written means trials in each process.
 */
final class ChoiceFile {
    private static final Logger LOG = LoggerFactory.getLogger(ChoiceFile.class);
    private static final String HEADER =
            "# Which implementation Thaw found the fastest. Delete this file to measure again.\n";
    private static final int FIELDS = 5;

    /** Far above what a machine's models need; a larger file is not ours. */
    private static final long LARGEST = 8L << 20;

    /** The lock of a file is the process's: its threads take turns by this one. */
    private static final Object TURN = new Object();

    /**
     * Where and of what a choice was made.
     *
     * @param gpu the GPU's name
     * @param versions of the driver, cuDNN and our kernels
     * @param op kind, shape and what is fused into it
     */
    record Key(String gpu, String versions, String op) implements Comparable<Key> {
        Key {
            gpu = plain(gpu);
            versions = plain(versions);
            op = plain(op);
        }

        @Override
        public int compareTo(Key o) {
            int c = gpu.compareTo(o.gpu);
            c = c != 0 ? c : versions.compareTo(o.versions);
            return c != 0 ? c : op.compareTo(o.op);
        }
    }

    /**
     * A candidate's name, and what was measured, in words.
     *
     * @param note is shown, never read
     */
    record Choice(String winner, String note) {
        Choice {
            winner = plain(winner);
            note = plain(note);
        }
    }

    private final Path file;
    private boolean warned;

    ChoiceFile(Path folder) {
        file = folder.resolve("choices.tsv");
    }

    private static String plain(String s) {
        return s.replaceAll("[\\t\\r\\n]+", " ").strip();
    }

    /** What the file says, by key; empty where it cannot be read. */
    Map<Key, Choice> read() {
        Map<Key, Choice> all = new TreeMap<>();
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException("larger than " + (LARGEST >> 20) + " MiB");
            }
            int number = 0;
            for (String line : Files.readString(file).split("\n", -1)) {
                number++;
                if (!line.isEmpty() && !line.startsWith("#")) {
                    take(line, number, all);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.trace("{} is not there yet", file);
        } catch (CharacterCodingException e) {
            LOG.warn("{} is no text; implementations are measured again", file);
        } catch (IOException e) {
            LOG.warn("{} cannot be read, and implementations are measured again: {}", file, "" + e);
        }
        return all;
    }

    private void take(String line, int number, Map<Key, Choice> into) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS || fields[2].isBlank() || fields[3].isBlank()) {
            LOG.warn("{}:{}: no choice of an implementation; the line is ignored", file, number);
            return;
        }
        into.putIfAbsent(
                new Key(fields[0], fields[1], fields[2]), new Choice(fields[3], fields[4]));
    }

    /**
     * Adds a choice, and returns the one that holds: another process may have been first.
     *
     * @param wrong a choice in the file that cannot be; null for none
     */
    Choice add(Key key, Choice choice, Choice wrong) {
        synchronized (TURN) {
            try {
                Files.createDirectories(file.getParent());
                try (FileChannel channel =
                                FileChannel.open(
                                        file.resolveSibling("choices.lock"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    Map<Key, Choice> all = read();
                    Choice first = all.get(key);
                    if (first != null && !first.equals(wrong)) {
                        return first;
                    }
                    all.put(key, choice);
                    NativeFolder.replace(file, text(all).getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                if (!warned) {
                    warned = true;
                    LOG.warn(
                            "{} cannot be written, and each process measures anew: {}",
                            file,
                            "" + e);
                }
            }
            return choice;
        }
    }

    private static String text(Map<Key, Choice> all) {
        StringBuilder s = new StringBuilder(HEADER);
        all.forEach(
                (key, choice) ->
                        s.append(
                                "%s\t%s\t%s\t%s\t%s\n"
                                        .formatted(
                                                key.gpu,
                                                key.versions,
                                                key.op,
                                                choice.winner,
                                                choice.note)));
        return s.toString();
    }
}
