package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** The old file or the new one, and nothing else in the folder. */
class AtomicFileTest {
    private static final byte[] NEW = "new".getBytes(StandardCharsets.US_ASCII);

    @TempDir private Path folder;

    private Path old() throws IOException {
        return Files.writeString(folder.resolve("m.keras"), "old");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static void save(Path target) {
        AtomicFile.write(target, out -> out.write(NEW));
    }

    private void failsAndKeeps(Path target, Body body, String reason) throws IOException {
        List<String> before = names();
        assertThatThrownBy(() -> AtomicFile.write(target, body))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(target + ": cannot be written, and is as it was: ")
                .hasMessageContaining(reason);
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void createsAndReplaces() throws IOException {
        Path target = folder.resolve("m.keras");
        save(target);
        assertThat(target).hasContent("new");
        Files.writeString(target, "something longer");
        save(target);
        assertThat(target).hasContent("new");
        assertThat(names()).containsExactly("m.keras");
    }

    @Test
    void aRelativeNameIsInTheWorkingFolder() throws IOException {
        Path relative = Path.of("").toAbsolutePath().relativize(old().toAbsolutePath());
        save(relative);
        assertThat(relative).hasContent("new");
    }

    @Test
    void aFailureInTheMiddleKeepsTheOld() throws IOException {
        Path target = old();
        Body full =
                out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                };
        failsAndKeeps(target, full, "No space left on device");
        assertThat(target).hasContent("old");
        Body broken =
                out -> {
                    out.write(new byte[1 << 20]);
                    throw new IllegalStateException("a layer broke");
                };
        assertThatThrownBy(() -> AtomicFile.write(target, broken)).hasMessage("a layer broke");
        assertThat(target).hasContent("old");
        assertThat(names()).containsExactly("m.keras");
    }

    @Test
    void refusesWhatIsNoPlaceForAFile() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("d")).resolve("x");
        Files.writeString(inside, "x");
        failsAndKeeps(folder.resolve("d"), out -> {}, "it is a folder");
        failsAndKeeps(folder.resolve("none/m.keras"), out -> {}, "none does not exist; create it");
        failsAndKeeps(Path.of("/"), out -> {}, "it is a folder");
    }

    @Test
    void refusesDevices() {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "no /dev/null here");
        assertThatThrownBy(() -> save(device)).hasMessageContaining("neither a plain file");
        assertThat(Files.isRegularFile(device)).isFalse();
    }

    @Test
    void respectsWriteProtection() throws IOException {
        Path target = old();
        assumeTrue(target.toFile().setWritable(false) && !Files.isWritable(target), "is root");
        failsAndKeeps(target, out -> out.write(NEW), "write-protected");
        assertThat(target).hasContent("old");
    }

    @Test
    void respectsWriteProtectedFolders() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("d"));
        Path target = Files.writeString(inside.resolve("m.keras"), "old");
        assumeTrue(inside.toFile().setWritable(false) && !Files.isWritable(inside), "is root");
        try {
            failsAndKeeps(target, out -> out.write(NEW), "d is write-protected");
            assertThat(target).hasContent("old");
        } finally {
            assertThat(inside.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void followsLinksAndKeepsThem() throws IOException {
        assumeLinks();
        Path real = old();
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("m.keras"));
        Path chain = Files.createSymbolicLink(folder.resolve("chain"), link);
        save(chain);
        assertThat(Files.isSymbolicLink(link) && Files.isSymbolicLink(chain)).isTrue();
        assertThat(Files.isSymbolicLink(real)).isFalse();
        assertThat(real).hasContent("new");
        Path dangling = Files.createSymbolicLink(folder.resolve("d"), Path.of("later.keras"));
        save(dangling);
        assertThat(Files.isSymbolicLink(dangling)).isTrue();
        assertThat(folder.resolve("later.keras")).hasContent("new");
    }

    @Test
    void aRingOfLinksEnds() throws IOException {
        assumeLinks();
        Path a = folder.resolve("a");
        Files.createSymbolicLink(a, Path.of("b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
        failsAndKeeps(a, out -> {}, "symbolic links in a row");
    }

    private void assumeLinks() {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "links need privileges");
    }

    @Test
    void keepsPermissions() throws IOException {
        FileStore store = Files.getFileStore(folder);
        assumeTrue(store.supportsFileAttributeView("posix"), "no POSIX permissions here");
        Path target = old();
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
        save(target);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void removesWhatAKilledSaveLeftButNothingElse() throws IOException {
        Path target = old();
        String mine = ".m.keras.0123456789abcdef.thaw-tmp";
        List<String> others =
                List.of(".other.keras.0123.thaw-tmp", ".m.keras.backup", ".m.keras.busy.thaw-tmp");
        Files.writeString(folder.resolve(mine), "half");
        for (String o : others) {
            Files.writeString(folder.resolve(o), "keep");
        }
        try (FileChannel busy =
                FileChannel.open(folder.resolve(others.get(2)), StandardOpenOption.WRITE)) {
            busy.lock();
            save(target);
        }
        assertThat(names()).contains("m.keras").containsAll(others).doesNotContain(mine);
        assertThat(target).hasContent("new");
    }

    @Test
    void savesToOneTargetAtOnceAllSucceed() throws Exception {
        Path target = old();
        Thread[] savers = new Thread[4];
        List<Throwable> errors =
                java.util.Collections.synchronizedList(new java.util.ArrayList<>());
        for (int i = 0; i < savers.length; i++) {
            byte[] contents = new byte[10_000];
            java.util.Arrays.fill(contents, (byte) i);
            savers[i] =
                    new Thread(
                            () -> {
                                try {
                                    for (int k = 0; k < 20; k++) {
                                        AtomicFile.write(target, out -> out.write(contents));
                                    }
                                } catch (RuntimeException e) {
                                    errors.add(e);
                                }
                            });
            savers[i].start();
        }
        for (Thread t : savers) {
            t.join();
        }
        assertThat(errors).isEmpty();
        byte[] last = Files.readAllBytes(target);
        assertThat(last).hasSize(10_000).containsOnly(last[0]);
        assertThat(names()).containsExactly("m.keras");
    }
}
