package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Which class prepares which op. */
final class CudaKernelTable {
    private final Map<Class<? extends Op>, List<Candidate>> candidates = new HashMap<>();
    private final Map<Class<? extends Op>, Family> families = new HashMap<>();

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

    /** Registers how an op is prepared where nothing else is chosen. */
    <O extends Op> void add(Class<O> op, BiFunction<Engine, O, Prepared> maker) {
        List<Candidate> all = new ArrayList<>();
        all.add(new Candidate(Candidate.OWN, untyped(op, maker)));
        if (candidates.put(op, all) != null) {
            throw new IllegalStateException("cuda: " + op.getSimpleName() + " is registered twice");
        }
    }

    /** Registers another way, which may return null to leave an op to the first way. */
    <O extends Op> void offer(
            Class<O> op, Family family, String name, BiFunction<Engine, O, Prepared> maker) {
        offer(op, family, name, maker, () -> maker);
    }

    /** The same where a trial must not share state with plans. */
    <O extends Op> void offer(
            Class<O> op,
            Family family,
            String name,
            BiFunction<Engine, O, Prepared> maker,
            Supplier<BiFunction<Engine, O, Prepared>> rehearsal) {
        families.put(op, family);
        candidates
                .get(op)
                .add(new Candidate(name, untyped(op, maker), () -> untyped(op, rehearsal.get())));
    }

    private static <O extends Op> BiFunction<Engine, Op, Prepared> untyped(
            Class<O> op, BiFunction<Engine, O, Prepared> maker) {
        return (engine, o) -> maker.apply(engine, op.cast(o));
    }

    Set<Class<? extends Op>> ops() {
        return Set.copyOf(candidates.keySet());
    }

    /** Who can run the op; the first one always does. */
    List<Candidate> candidates(Op op) {
        List<Candidate> all = candidates.get(op.getClass());
        if (all == null) {
            throw new IllegalStateException(
                    "cuda: has no kernel for " + op.getClass().getSimpleName());
        }
        return all;
    }

    /** The family of an op with several candidates; null for others. */
    Family family(Op op) {
        return families.get(op.getClass());
    }
}
