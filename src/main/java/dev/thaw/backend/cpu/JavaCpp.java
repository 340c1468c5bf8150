package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.file.CacheFolder;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What JavaCPP is told before it loads oneDNN. By itself it unpacks into a folder below the user's,
 * and where that cannot be written into one whose name in the shared temporary folder anybody can
 * foresee, and loads what lies there; and it refuses memory once the process has four times the
 * heap's limit, whoever took it.
 */
final class JavaCpp {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    private JavaCpp() {}

    /** Must run before any class of JavaCPP's is used. What the user has set stays. */
    static void setUp() {
        if (System.getProperty(LIMIT) == null) {
            System.setProperty(LIMIT, "0"); // none: CpuMemory has ours
        }
        chooseCache();
    }

    private static void chooseCache() {
        String given = System.getProperty(CACHE);
        Path folder = given == null ? CacheFolder.get().resolve("javacpp") : Path.of(given);
        Path usual = Path.of(System.getProperty("user.home"), ".javacpp", "cache");
        try {
            Path taken =
                    Stream.of(folder, usual)
                            .map(CacheFolder::trusted)
                            .filter(Files::isWritable)
                            .findFirst()
                            .orElseGet(CacheFolder::fresh);
            System.setProperty(CACHE, taken.toAbsolutePath().toString());
        } catch (UncheckedIOException e) {
            throw new BackendUnavailableException(e.getMessage(), e);
        }
    }
}
