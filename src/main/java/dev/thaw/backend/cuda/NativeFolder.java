package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.file.CacheFolder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder of our own for JCuda's natives and the bridges, named by a hash of their content. JCuda
 * by itself unpacks into the shared temporary folder and takes whatever lies there under that name;
 * here two versions never meet, two processes write the same bytes, and a damaged file is replaced.
 */
final class NativeFolder {
    private static final Object TEMPORARY_FOLDER = new Object();
    private static final String JCUDA_VERSION = "12.6.0";
    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");
    private static final List<String> JCUDA =
            List.of("JCudaDriver", "JNvrtc", "JCublas2", "JCudnn");
    private static final String BRIDGES = "/dev/thaw/backend/cuda/bridge/linux-x86_64/";

    private final Path folder;

    private NativeFolder(Path folder) {
        this.folder = folder;
    }

    /** Unpacks what is not there yet; where the cache cannot be written, into a fresh folder. */
    static NativeFolder unpack(Path cache) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : JCUDA) {
            files.put(fileName(name), resource("/lib/" + fileName(name)));
        }
        if (!WINDOWS) {
            for (String name : List.of("libcublas.so.12", "libnvrtc.so.12")) {
                files.put(name, resource(BRIDGES + name));
            }
        }
        Path folder = cache.resolve("natives-" + hash(files.values()).substring(0, 16));
        try {
            return new NativeFolder(write(folder, files));
        } catch (IOException e) {
            try {
                return new NativeFolder(write(temporary(files.keySet()), files));
            } catch (IOException e2) {
                throw new BackendUnavailableException(
                        "JCuda's natives can be unpacked neither into %s (%s) nor into a temporary folder (%s); set %s to a folder that can be written"
                                .formatted(folder, e, e2, CacheFolder.VARIABLE),
                        e);
            }
        }
    }

    /** Goes with its files when the JVM ends; what is registered last is deleted first. */
    private static Path temporary(Iterable<String> names) throws IOException {
        Path folder = Files.createTempDirectory("thaw-natives-");
        folder.toFile().deleteOnExit();
        names.forEach(n -> folder.resolve(n).toFile().deleteOnExit());
        return folder;
    }

    private static String fileName(String name) {
        String platform = JCUDA_VERSION + (WINDOWS ? "-windows-x86_64" : "-linux-x86_64");
        return WINDOWS ? name + "-" + platform + ".dll" : "lib" + name + "-" + platform + ".so";
    }

    private static byte[] resource(String path) {
        try (InputStream in = NativeFolder.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new BackendUnavailableException(
                        "not on the class path: %s; JCuda has natives for Linux and Windows on x86-64, in the artifacts jcuda-natives, jcublas-natives and jcudnn-natives"
                                .formatted(path),
                        null);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new BackendUnavailableException("cannot read " + path + ": " + e, e);
        }
    }

    static String hash(Iterable<byte[]> contents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            contents.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path write(Path folder, Map<String, byte[]> files) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> e : files.entrySet()) {
            Path file = folder.resolve(e.getKey());
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), e.getValue())) {
                replace(file, e.getValue());
            }
        }
        return folder;
    }

    /** Writes the whole file or nothing, however many processes do so at once. */
    static void replace(Path file, byte[] content) throws IOException {
        Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "part-", null);
        try {
            Files.write(part, content);
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    Path path() {
        return folder;
    }

    Path bridge(String name) {
        return folder.resolve(name);
    }

    /**
     * Has a class of JCuda load its natives from here. It knows no other way than by the property
     * of the temporary folder, which therefore points here for a moment.
     */
    void loadJCuda(String name) {
        synchronized (TEMPORARY_FOLDER) {
            String before = System.getProperty("java.io.tmpdir");
            System.setProperty("java.io.tmpdir", folder.toAbsolutePath().toString());
            try {
                Class.forName(name, true, NativeFolder.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                throw new BackendUnavailableException(
                        "%s cannot load its natives from %s (%s); reinstall NVIDIA's driver, CUDA and cuDNN 9"
                                .formatted(name, folder, reason(e)),
                        e);
            } finally {
                System.setProperty("java.io.tmpdir", before);
            }
        }
    }

    /** JCuda's messages are pages long; the line that says what is wrong names a library. */
    private static String reason(Throwable e) {
        Throwable t = e.getCause() == null ? e : e.getCause();
        String message = String.valueOf(t.getMessage());
        return message.lines()
                .filter(l -> l.contains("UnsatisfiedLinkError: /"))
                .findFirst()
                .orElse(message.lines().findFirst().orElse(""))
                .strip();
    }
}
