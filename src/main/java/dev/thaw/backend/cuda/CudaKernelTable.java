package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Which class prepares which op. */
final class CudaKernelTable {
    private final Map<Class<? extends Op>, BiFunction<Engine, Op, Prepared>> makers =
            new HashMap<>();

    /** Every family of kernels that there is. */
    static CudaKernelTable complete() {
        CudaKernelTable table = new CudaKernelTable();
        ElementwiseKernels.register(table);
        RandomKernels.register(table);
        ImageKernels.register(table);
        MatMulKernels.register(table);
        ShapeKernels.register(table);
        ResampleKernels.register(table);
        ReduceKernels.register(table);
        ClassificationKernels.register(table);
        GatherKernels.register(table);
        BatchNormKernels.register(table);
        LayerNormKernels.register(table);
        OptimizerKernels.register(table);
        PoolKernels.register(table);
        DepthwiseKernels.register(table);
        CudnnConvolutionKernels.register(table);
        CudnnDropout.register(table);
        CudnnBatchNorm.register(table);
        return table;
    }

    /** Registers the one way to prepare an op. */
    <O extends Op> void add(Class<O> op, BiFunction<Engine, O, Prepared> maker) {
        if (makers.put(op, (engine, o) -> maker.apply(engine, op.cast(o))) != null) {
            throw new IllegalStateException("cuda: " + op.getSimpleName() + " is registered twice");
        }
    }

    /**
     * Registers another way for an engine that wants it, which may return null to leave an op to
     * the first way.
     */
    <O extends Op> void prefer(
            Class<O> op, Predicate<Engine> wanted, BiFunction<Engine, O, Prepared> maker) {
        makers.compute(
                op,
                (type, first) ->
                        (engine, o) -> {
                            Prepared p =
                                    wanted.test(engine) ? maker.apply(engine, op.cast(o)) : null;
                            return p == null ? first.apply(engine, o) : p;
                        });
    }

    Set<Class<? extends Op>> ops() {
        return Set.copyOf(makers.keySet());
    }

    /** The names of the ops that are not there, in alphabetical order. */
    List<String> missing() {
        return Arrays.stream(Op.class.getPermittedSubclasses())
                .filter(op -> !makers.containsKey(op))
                .map(Class::getSimpleName)
                .sorted()
                .toList();
    }

    Prepared prepare(Engine engine, Op op) {
        BiFunction<Engine, Op, Prepared> maker = makers.get(op.getClass());
        if (maker == null) {
            throw new IllegalStateException(
                    "cuda: has no kernel for " + op.getClass().getSimpleName());
        }
        return maker.apply(engine, op);
    }
}
