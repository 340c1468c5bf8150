package dev.thaw.data;

import dev.thaw.file.AtomicFile;
import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.NumberDecoder;
import dev.thaw.file.NumberEncoder;
import dev.thaw.file.Reading;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * NumPy's {@code .npy}: one array. Reads versions 1 to 3, in C and in Fortran order: float16,
 * float32 and float64 as FLOAT32; int8 to int32, uint8, uint16 and bool as INT32; uint32, int64 and
 * uint64 as INT64. Writes the three types of {@link Tensor} in C order, version 1.
 */
public final class Npy {
    private static final int BUFFER = 1 << 16;
    private static final int ALIGNMENT = 64;

    private Npy() {}

    /**
     * The array in a file.
     *
     * @throws FileFormatException if the file is damaged, or holds something other than numbers
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Tensor read(Path file) {
        Objects.requireNonNull(file, "npy: file");
        try (ByteSource source = ByteSource.open(file)) {
            return Reading.of(source.name(), () -> read(source));
        }
    }

    /**
     * The array in any source of bytes, which stays open.
     *
     * @throws FileFormatException if it is damaged, or holds something other than numbers
     */
    public static Tensor read(ByteSource source) {
        Objects.requireNonNull(source, "npy: source");
        NpyHeader h = NpyHeader.read(source);
        NumberDecoder numbers = new NumberDecoder(h.type(), (int) h.shape().size());
        long end = source.length();
        int width = h.type().size();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, end - h.start()));
        for (long at = h.start(); at < end; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER, end - at));
            source.read(at, buffer);
            numbers.put((int) ((at - h.start()) / width), buffer.flip());
        }
        if (numbers.overflowed()) {
            throw new FileFormatException(
                    source.name(), "", "unsigned numbers must be below 2^63", NpyHeader.REMEDY);
        }
        return h.fortran()
                ? FortranOrder.toRowMajor(numbers.tensor(Shape.of(h.reversed())), h.shape())
                : numbers.tensor(h.shape());
    }

    /**
     * Writes an array to a file, as a whole or not at all.
     *
     * @throws java.io.UncheckedIOException if it cannot be written; the file is then as it was
     */
    public static void write(Path file, Tensor tensor) {
        Objects.requireNonNull(file, "npy: file");
        Objects.requireNonNull(tensor, "npy: tensor");
        AtomicFile.write(file, out -> write(out, tensor));
    }

    /**
     * Writes an array.
     *
     * @throws IOException from the stream
     */
    public static void write(OutputStream out, Tensor tensor) throws IOException {
        Objects.requireNonNull(out, "npy: out");
        Objects.requireNonNull(tensor, "npy: tensor");
        String type =
                switch (tensor.dtype()) {
                    case FLOAT32 -> "<f4";
                    case INT32 -> "<i4";
                    case INT64 -> "<i8";
                };
        String shape = tensor.shape().toString();
        String dict = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int used = NpyHeader.MAGIC.length + 4 + dict.length() + 1;
        int padding = -used & ALIGNMENT - 1;
        byte[] text = (dict + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        out.write(NpyHeader.MAGIC);
        out.write(new byte[] {1, 0, (byte) text.length, (byte) (text.length >> 8)});
        out.write(text);
        NumberEncoder.write(tensor, out);
    }
}
