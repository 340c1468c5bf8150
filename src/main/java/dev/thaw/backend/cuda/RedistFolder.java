package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.file.CacheFolder;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * CUDA's libraries from the class path, where the artifact {@code org.bytedeco:cuda} with the
 * classifier {@code linux-x86_64-redist} is on it: unpacked once into the cache.
 */
final class RedistFolder {
    private static final String INSIDE = "org/bytedeco/cuda/linux-x86_64/";
    private static final String COMPLETE = "complete";

    private RedistFolder() {}

    /**
     * The folder with the unpacked libraries; empty where the artifact is not on the class path.
     */
    static Optional<Path> unpack(Path cache) {
        URL cublas = RedistFolder.class.getClassLoader().getResource(INSIDE + "libcublas.so.12");
        if (cublas == null) {
            return Optional.empty();
        }
        try {
            JarURLConnection connection = (JarURLConnection) cublas.openConnection();
            try (JarFile jar = new JarFile(connection.getJarFile().getName())) {
                return Optional.of(unpack(jar, cache));
            }
        } catch (IOException | ClassCastException e) {
            throw new BackendUnavailableException(
                    "CUDA's libraries on the class path cannot be unpacked into %s (%s); make room there, or set %s to a folder that can be written"
                            .formatted(cache, e, CacheFolder.VARIABLE),
                    e);
        }
    }

    private static Path unpack(JarFile jar, Path cache) throws IOException {
        Path source = Path.of(jar.getName());
        long size = Files.size(source);
        Path folder = cache.resolve("redist-" + source.getFileName() + "-" + size);
        if (Files.exists(folder.resolve(COMPLETE))) {
            return folder;
        }
        Files.createDirectories(folder);
        List<JarEntry> entries = jar.stream().filter(RedistFolder::wanted).toList();
        for (JarEntry entry : entries) {
            Path file = folder.resolve(entry.getName().substring(INSIDE.length()));
            Path part = Files.createTempFile(folder, "part-", null);
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        NativeFolder.replace(folder.resolve(COMPLETE), new byte[0]);
        return folder;
    }

    private static boolean wanted(JarEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory()
                && name.startsWith(INSIDE)
                && (name.startsWith("libcublas", INSIDE.length())
                        || name.startsWith("libcudnn", INSIDE.length())
                        || name.startsWith("libnvrtc", INSIDE.length()));
    }
}
