package dev.thaw.data;

import dev.thaw.file.AtomicFile;
import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.Reading;
import dev.thaw.file.ZipArchive;
import dev.thaw.file.ZipBuilder;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** NumPy's {@code .npz}: a zip archive of named arrays, stored or deflated. */
public final class Npz {
    private static final String ENDING = ".npy";

    private Npz() {}

    /**
     * All arrays of a file by name, in the file's order.
     *
     * @throws FileFormatException if the archive or an array is damaged, or one is not of numbers
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        Objects.requireNonNull(file, "npz: file");
        return Reading.of(file.toString(), () -> arrays(file));
    }

    private static Map<String, Tensor> arrays(Path file) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        try (ZipArchive zip = ZipArchive.open(file)) {
            for (String entry : zip.names()) {
                if (!entry.endsWith(ENDING)) {
                    throw new FileFormatException(
                            zip.name(),
                            entry,
                            "an .npz archive must hold .npy arrays only",
                            "save it with numpy.savez");
                }
                try (ByteSource source = zip.open(entry)) {
                    String name = entry.substring(0, entry.length() - ENDING.length());
                    arrays.put(name, Npy.read(source));
                }
            }
        }
        return arrays;
    }

    /**
     * Writes named arrays, without compression, as a whole or not at all.
     *
     * @throws java.io.UncheckedIOException if it cannot be written; the file is then as it was
     */
    public static void write(Path file, Map<String, Tensor> arrays) {
        Objects.requireNonNull(file, "npz: file");
        Objects.requireNonNull(arrays, "npz: arrays");
        ZipBuilder zip = new ZipBuilder();
        arrays.forEach((name, t) -> zip.entry(name + ENDING, out -> Npy.write(out, t)));
        AtomicFile.write(file, zip);
    }
}
