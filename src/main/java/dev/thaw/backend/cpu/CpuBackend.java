package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/** Runs plans on the CPU: oneDNN where it has a fast implementation, plain Java elsewhere. */
final class CpuBackend implements Backend {
    private final KernelTable table;
    private final boolean oneThreaded;

    CpuBackend() {
        this(new KernelTable(), false);
        Dnnl.get();
        MatMulKernels.register(table);
        ShapeKernels.register(table);
        ResampleKernels.register(table);
        RandomKernels.register(table);
        ImageKernels.register(table);
        TrainingKernels.register(table);
        ReduceKernels.register(table);
        ElementwiseKernels.register(table);
        ConvolutionKernels.register(table);
        PoolKernels.register(table);
        BatchNormKernels.register(table);
        NormalizationKernels.register(table);
        ClassificationKernels.register(table);
        GatherKernels.register(table);
        ActivationKernels.register(table);
    }

    private CpuBackend(KernelTable table, boolean oneThreaded) {
        this.table = table;
        this.oneThreaded = oneThreaded;
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        int most = Dnnl.mostThreads();
        return "%s, %s threads%s"
                .formatted(
                        Dnnl.version(),
                        Workers.SLOTS,
                        most < Workers.SLOTS ? " (oneDNN " + most + ")" : "");
    }

    @Override
    public Set<Class<? extends Op>> ops() {
        return table.ops();
    }

    /** Java's buffers end at 2 GiB. */
    @Override
    public long maxValueBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Buffer allocate(long bytes, String label) {
        return CpuBuffer.allocate(bytes, label);
    }

    @Override
    public void requireRoom(long bytes, String label) {
        CpuMemory.requireRoom(bytes, label);
    }

    @Override
    public void upload(Tensor source, Buffer target) {
        CpuBuffer b = (CpuBuffer) target;
        switch (source.dtype()) {
            case FLOAT32 -> b.floats().put(source.floats());
            case INT32 -> b.ints().put(source.ints());
            case INT64 -> b.longs().put(source.longs());
        }
    }

    @Override
    public void upload(Tensor source, int firstRow, int rows, Buffer target) {
        CpuBuffer b = (CpuBuffer) target;
        int width = width(source);
        int at = firstRow * width;
        switch (source.dtype()) {
            case FLOAT32 -> b.floats().put(source.floats(), at, rows * width);
            case INT32 -> b.ints().put(source.ints(), at, rows * width);
            case INT64 -> b.longs().put(source.longs(), at, rows * width);
        }
    }

    /** How many elements a row has. */
    private static int width(Tensor t) {
        return (int) t.shape().size(1, t.shape().rank());
    }

    @Override
    public void download(Buffer source, Tensor target, int firstRow, int rows) {
        CpuBuffer b = (CpuBuffer) source;
        int width = width(target);
        int at = firstRow * width;
        switch (target.dtype()) {
            case FLOAT32 -> b.floats().get(target.floats(), at, rows * width);
            case INT32 -> b.ints().get(target.ints(), at, rows * width);
            case INT64 -> b.longs().get(target.longs(), at, rows * width);
        }
    }

    @Override
    public void download(Buffer source, Tensor target) {
        CpuBuffer b = (CpuBuffer) source;
        switch (target.dtype()) {
            case FLOAT32 -> b.floats().get(target.floats());
            case INT32 -> b.ints().get(target.ints());
            case INT64 -> b.longs().get(target.longs());
        }
    }

    @Override
    public Prepared prepare(Op op, Predicate<Value> steady) {
        return oneThreaded
                ? Dnnl.oneThreaded(() -> table.prepare(op, steady))
                : table.prepare(op, steady);
    }

    @Override
    public int lanes() {
        return Workers.SLOTS;
    }

    @Override
    public Backend oneThreaded() {
        return new CpuBackend(table, true);
    }

    @Override
    public void sideBySide(int n, IntConsumer task) {
        Workers.sideBySide(n, task);
    }

    @Override
    public void synchronize() {
        // launch returns when the kernel has run
    }

    @Override
    public void close() {
        // oneDNN's engine belongs to the process, buffers and kernels to whoever asked for them
    }
}
