package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.file.CacheFolder;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where JavaCPP unpacks oneDNN. By itself it takes a folder below the user's, and where that cannot
 * be written one whose name in the shared temporary folder anybody can foresee, and loads what lies
 * there.
 */
final class JavaCppCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

    private JavaCppCache() {}

    /** Must run before JavaCPP unpacks anything. */
    static void choose() {
        String given = System.getProperty(PROPERTY);
        Path folder = given == null ? CacheFolder.get().resolve("javacpp") : Path.of(given);
        Path usual = Path.of(System.getProperty("user.home"), ".javacpp", "cache");
        try {
            Path taken =
                    Stream.of(folder, usual)
                            .map(CacheFolder::trusted)
                            .filter(Files::isWritable)
                            .findFirst()
                            .orElseGet(CacheFolder::fresh);
            System.setProperty(PROPERTY, taken.toAbsolutePath().toString());
        } catch (UncheckedIOException e) {
            throw new BackendUnavailableException(e.getMessage(), e);
        }
    }
}
