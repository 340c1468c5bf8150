package dev.thaw.data;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * Reads IDX files of unsigned bytes, the format of MNIST: two zero bytes, the type 0x08, the rank,
 * the extents as big-endian 32-bit numbers, the values.
 */
public final class Idx {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MAX_RANK = 4;

    private Idx() {}

    /** A gzipped file of images, each value divided by 255: [N, H, W] becomes [N, H, W, 1]. */
    public static Tensor images(Path gzipped) {
        Objects.requireNonNull(gzipped, "idx: gzipped");
        return images(() -> Files.newInputStream(gzipped), gzipped.toString());
    }

    /** A gzipped resource of images, each value divided by 255: [N, H, W] becomes [N, H, W, 1]. */
    public static Tensor images(Class<?> owner, String resource) {
        Objects.requireNonNull(owner, "idx: owner");
        Objects.requireNonNull(resource, "idx: resource");
        return images(() -> open(owner, resource), resource);
    }

    /** A gzipped file of labels: [N]. */
    public static Tensor labels(Path gzipped) {
        Objects.requireNonNull(gzipped, "idx: gzipped");
        return labels(() -> Files.newInputStream(gzipped), gzipped.toString());
    }

    /** A gzipped resource of labels: [N]. */
    public static Tensor labels(Class<?> owner, String resource) {
        Objects.requireNonNull(owner, "idx: owner");
        Objects.requireNonNull(resource, "idx: resource");
        return labels(() -> open(owner, resource), resource);
    }

    private static Tensor images(Source source, String name) {
        Raw raw = read(source, name, 3);
        float[] values = new float[raw.bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (raw.bytes[i] & 0xFF) / 255f;
        }
        int[] d = raw.dims;
        return Tensor.of(values, Shape.of(d[0], d[1], d[2], 1));
    }

    private static Tensor labels(Source source, String name) {
        Raw raw = read(source, name, 1);
        int[] values = new int[raw.bytes.length];
        Arrays.setAll(values, i -> raw.bytes[i] & 0xFF);
        return Tensor.of(values, Shape.of(raw.dims));
    }

    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }

    private record Raw(int[] dims, byte[] bytes) {}

    private static InputStream open(Class<?> owner, String resource) throws IOException {
        InputStream in = owner.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("the resource is not on the class path");
        }
        return in;
    }

    private static Raw read(Source source, String name, int rank) {
        try (InputStream file = source.open();
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)))) {
            int magic = in.readInt();
            if (magic >> 8 != UNSIGNED_BYTE || (magic & 0xFF) != rank || rank > MAX_RANK) {
                throw new IOException(
                        String.format(
                                "expects IDX of unsigned bytes with %d axes (0x%08x), found 0x%08x",
                                rank, UNSIGNED_BYTE << 8 | rank, magic));
            }
            int[] dims = new int[rank];
            long size = 1;
            for (int i = 0; i < rank; i++) {
                dims[i] = in.readInt();
                if (dims[i] < 0) {
                    throw new IOException(
                            "an extent must be below 2^31, got %d"
                                    .formatted(Integer.toUnsignedLong(dims[i])));
                }
                size = Math.multiplyExact(size, (long) dims[i]);
            }
            byte[] bytes = in.readNBytes(Math.toIntExact(size));
            if (bytes.length != size) {
                throw new EOFException(
                        "its header promises " + size + " values, it has " + bytes.length);
            }
            return new Raw(dims, bytes);
        } catch (IOException | ArithmeticException e) {
            throw new UncheckedIOException(
                    name + ": cannot be read: " + e.getMessage(), new IOException(e));
        }
    }
}
