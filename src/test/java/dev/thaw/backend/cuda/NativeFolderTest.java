package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class NativeFolderTest {
    @TempDir private Path cache;

    @Test
    void isNamedByItsContentAndHoldsNothingElse() throws IOException {
        Path folder = NativeFolder.unpack(cache).path();
        assertThat(folder.getParent()).isEqualTo(cache);
        assertThat(folder.getFileName().toString()).matches("natives-[0-9a-f]{16}");
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "libJCudaDriver-12.6.0-linux-x86_64.so",
                            "libJNvrtc-12.6.0-linux-x86_64.so",
                            "libJCublas2-12.6.0-linux-x86_64.so",
                            "libJCudnn-12.6.0-linux-x86_64.so",
                            "libcublas.so.12",
                            "libnvrtc.so.12");
        }
    }

    @Test
    void aDamagedFileIsReplaced() throws IOException {
        Path bridge = NativeFolder.unpack(cache).bridge("libcublas.so.12");
        byte[] whole = Files.readAllBytes(bridge);
        Files.write(bridge, new byte[10]);
        NativeFolder.unpack(cache);
        assertThat(Files.readAllBytes(bridge)).isEqualTo(whole);
    }

    @Test
    void aCacheThatCannotBeWrittenIsNoObstacle() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        Path folder = NativeFolder.unpack(file.resolve("below")).path();
        assertThat(folder.getFileName().toString()).startsWith("thaw-natives-");
        assertThat(folder.resolve("libcublas.so.12")).exists();
    }

    @Test
    void manyAtOnceAgree() throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            Callable<Path> unpack = () -> NativeFolder.unpack(cache).path();
            List<Future<Path>> all = pool.invokeAll(java.util.Collections.nCopies(8, unpack));
            for (Future<Path> f : all) {
                assertThat(f.get()).isEqualTo(all.get(0).get());
            }
        } finally {
            pool.shutdown();
        }
    }
}
