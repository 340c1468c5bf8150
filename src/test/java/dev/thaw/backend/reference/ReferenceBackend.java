package dev.thaw.backend.reference;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The oracle: every op in plain Java and double precision, straight from its doc comment, slow and
 * obviously right. Only tests see it. An element of any type takes a cell of 8 bytes: a double for
 * FLOAT32, a long for INT32 and INT64.
 */
public class ReferenceBackend implements Backend {
    private static final Table TABLE =
            new Table()
                    .with(Elementwise::register)
                    .with(Shapes::register)
                    .with(Products::register)
                    .with(Convolutions::register)
                    .with(Pooling::register)
                    .with(Normalizations::register)
                    .with(RandomOps::register)
                    .with(Images::register)
                    .with(Losses::register)
                    .with(Rules::register);

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "plain Java in double precision";
    }

    @Override
    public Set<Class<? extends Op>> ops() {
        return TABLE.ops();
    }

    @Override
    public int bytesOf(DType dtype) {
        return ReferenceBuffer.CELL;
    }

    @Override
    public Buffer allocate(long bytes, String label) {
        return ReferenceBuffer.allocate(bytes);
    }

    @Override
    public void upload(Tensor source, Buffer target) {
        DoubleBuffer numbers = ((ReferenceBuffer) target).numbers();
        LongBuffer integers = ((ReferenceBuffer) target).integers();
        for (int i = 0; i < source.size(); i++) {
            switch (source.dtype()) {
                case FLOAT32 -> numbers.put(i, source.floats()[i]);
                case INT32 -> integers.put(i, source.ints()[i]);
                case INT64 -> integers.put(i, source.longs()[i]);
            }
        }
    }

    @Override
    public void download(Buffer source, Tensor target) {
        DoubleBuffer numbers = ((ReferenceBuffer) source).numbers();
        LongBuffer integers = ((ReferenceBuffer) source).integers();
        for (int i = 0; i < target.size(); i++) {
            switch (target.dtype()) {
                case FLOAT32 -> target.floats()[i] = (float) numbers.get(i);
                case INT32 -> target.ints()[i] = (int) integers.get(i);
                case INT64 -> target.longs()[i] = integers.get(i);
            }
        }
    }

    /** Like {@link #upload(Tensor, Buffer)} for FLOAT32, without rounding. */
    public void upload(double[] source, Buffer target) {
        ((ReferenceBuffer) target).numbers().put(0, source);
    }

    /** Like {@link #download(Buffer, Tensor)} for FLOAT32, without rounding. */
    public void download(Buffer source, double[] target) {
        ((ReferenceBuffer) source).numbers().get(0, target);
    }

    @Override
    public Prepared prepare(Op op, Predicate<Value> steady) {
        return (buffers, workspace) -> {
            Cells cells = new Cells(v -> (ReferenceBuffer) buffers.apply(v));
            return () -> TABLE.run(op, cells);
        };
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
}
