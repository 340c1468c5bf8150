package dev.thaw.file;

import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** The files that src/test/python/file_fixtures.py made, and what h5py and NumPy find in them. */
public final class FileFixtures {
    private FileFixtures() {}

    /** The path of a fixture. */
    public static Path path(String name) {
        try {
            return Path.of(FileFixtures.class.getResource("/dev/thaw/files/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The bytes of a fixture. */
    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fixtures in a folder with an ending, sorted. */
    public static List<Path> all(String folder, String ending) {
        try (Stream<Path> files = Files.list(path(folder))) {
            return files.filter(p -> p.toString().endsWith(ending))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The facts of contents.txt about each file. */
    public static Map<String, List<String>> contents() {
        Map<String, List<String>> facts = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : new String(bytes("contents.txt")).split("\n")) {
            if (line.startsWith("file ")) {
                current = new ArrayList<>();
                facts.put(line.substring(5), current);
            } else {
                current.add(line);
            }
        }
        return facts;
    }

    /** The fact that a tensor is, under a name. */
    public static String fact(String name, Tensor t) {
        StringBuilder shape = new StringBuilder();
        for (int d : t.shape().toArray()) {
            shape.append(shape.isEmpty() ? "" : "x").append(d);
        }
        return String.format(
                "dataset %s %s %s %d",
                name, t.dtype(), t.shape().rank() == 0 ? "scalar" : shape, crc(t));
    }

    private static long crc(Tensor t) {
        ByteBuffer b = ByteBuffer.allocate(t.size() * t.dtype().bytes());
        b.order(ByteOrder.LITTLE_ENDIAN);
        switch (t.dtype()) {
            case FLOAT32 -> b.asFloatBuffer().put(t.floats());
            case INT32 -> b.asIntBuffer().put(t.ints());
            case INT64 -> b.asLongBuffer().put(t.longs());
        }
        CRC32 crc = new CRC32();
        crc.update(b);
        return crc.getValue();
    }
}
