package dev.thaw.io.hdf5;

import dev.thaw.file.FileFormatException;
import dev.thaw.file.NumberDecoder;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A dataset of numbers. Floating types (float16, float32, float64, and bfloat16, which Keras stores
 * as two opaque bytes with the attribute {@code dtype = "bfloat16"}) are read as FLOAT32; int8 to
 * int32, uint8, uint16 and booleans as INT32; uint32, int64 and uint64 as INT64.
 */
public final class Hdf5Dataset extends Hdf5Node {
    private static final int BUFFER = 1 << 16;

    private final Metadata m;
    private final Datatype type;
    private final Dataspace space;
    private final Layout layout;

    Hdf5Dataset(
            Metadata m,
            String path,
            Hdf5Attributes attributes,
            Datatype type,
            Dataspace space,
            Layout layout) {
        super(path, attributes);
        this.m = m;
        this.type = type;
        this.space = space;
        this.layout = layout;
    }

    long storedBytes() {
        return layout instanceof Layout.Compact ? 0 : layout.storedBytes();
    }

    /** Bytes of all values in memory; at most 2^34 of a size that {@link #read} would refuse. */
    long memory() {
        long count = Math.min(space.elements(), Integer.MAX_VALUE);
        return type.isNumber() ? type.number().memory(count) : 0;
    }

    /**
     * The extents.
     *
     * @throws FileFormatException if they do not fit a {@link Tensor}
     */
    public Shape shape() {
        if (space.elements() > Integer.MAX_VALUE) {
            throw tooLarge();
        }
        int[] dims = new int[space.rank()];
        for (int i = 0; i < dims.length; i++) {
            if (space.dims()[i] > Integer.MAX_VALUE) {
                throw tooLarge();
            }
            dims[i] = (int) space.dims()[i];
        }
        return Shape.of(dims);
    }

    private FileFormatException tooLarge() {
        return m.unsupported(
                path(),
                "a tensor has fewer than 2^31 elements, the shape is "
                        + Arrays.toString(space.dims()));
    }

    /**
     * The type that {@link #read} gives.
     *
     * @throws FileFormatException if the elements are not numbers
     */
    public DType dtype() {
        return numeric().number().dtype();
    }

    private Datatype numeric() {
        Datatype t = type;
        if (t.typeClass() == Datatype.TypeClass.OPAQUE
                && attributes().names().contains("dtype")
                && attributes().string("dtype").equals("bfloat16")) {
            t = Datatype.BFLOAT16;
        }
        if (!t.isNumber() || space.isNull()) {
            throw m.unsupported(path(), "a dataset must hold floating or whole numbers");
        }
        return t;
    }

    /**
     * The values, as a fresh tensor.
     *
     * @throws FileFormatException if they are not numbers, are not all there, cannot be unpacked,
     *     or need more memory than the JVM may use
     */
    public Tensor read() {
        Datatype t = numeric();
        Shape shape = shape();
        long memory = t.number().memory(shape.size());
        if (memory > Runtime.getRuntime().maxMemory()) {
            throw new FileFormatException(
                    m.file(),
                    path(),
                    "needs %s MiB of memory, more than the JVM may use".formatted(memory >> 20),
                    "run it with a larger -Xmx");
        }
        NumberDecoder numbers = values(t, shape);
        if (numbers.overflowed()) {
            throw m.unsupported(path(), "unsigned numbers must be below 2^63");
        }
        return numbers.tensor(shape);
    }

    private NumberDecoder values(Datatype t, Shape shape) {
        if (layout instanceof Layout.Chunked c) {
            return new ChunkReader(m, path(), t, shape, c).read();
        }
        NumberDecoder numbers = new NumberDecoder(t.number(), (int) shape.size());
        if (layout instanceof Layout.Contiguous c) {
            contiguous(c, numbers, t.size());
        } else if (layout instanceof Layout.Compact c) {
            int bytes = (int) shape.size() * t.size();
            numbers.put(0, ByteBuffer.wrap(c.data().rewound().bytes(bytes)));
        }
        return numbers;
    }

    private void contiguous(Layout.Contiguous c, NumberDecoder numbers, int width) {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, c.storedBytes()));
        for (long at = 0; at < c.storedBytes(); at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER, c.storedBytes() - at));
            m.data(c.address() + at, buffer);
            numbers.put((int) (at / width), buffer.flip());
        }
    }
}
