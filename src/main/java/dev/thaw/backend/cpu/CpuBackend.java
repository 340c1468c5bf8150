package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import java.util.Set;
import java.util.function.Predicate;

/** Runs plans on the CPU: oneDNN where it has a fast implementation, plain Java elsewhere. */
final class CpuBackend implements Backend {
    private final KernelTable table = new KernelTable();

    CpuBackend() {
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
        return table.prepare(op, steady);
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
