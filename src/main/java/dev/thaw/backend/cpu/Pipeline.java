package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An op that takes several stages, of oneDNN or of Java. What lies between them is in the
 * workspace; the primitives share one scratchpad behind that. It owns its primitives.
 */
final class Pipeline implements Prepared {
    private static final long ALIGNMENT = 64;

    /**
     * The memory that an op is bound to.
     *
     * @param buffers that of its operands
     * @param workspace memory for the time of one launch
     * @param kept memory of the pipeline, from launch to launch
     */
    record Memory(Function<Value, Buffer> buffers, CpuBuffer workspace, CpuBuffer kept) {
        CpuBuffer of(Value v) {
            return (CpuBuffer) buffers.apply(v);
        }
    }

    /** Memory that is known once the op is bound. */
    @FunctionalInterface
    interface Storage {
        CpuBuffer in(Memory memory);
    }

    /**
     * An argument of a primitive.
     *
     * @param index oneDNN's {@code DNNL_ARG_..}
     * @param storage where it lies
     */
    record Argument(int index, Storage storage) {}

    private final List<Primitive> primitives = new ArrayList<>();
    private final List<Function<Memory, Kernel>> stages = new ArrayList<>();
    private final List<Function<Memory, Kernel>> firstStages = new ArrayList<>();
    private long rooms;
    private long kept;
    private CpuBuffer keptMemory;
    private long scratch;

    /** Writes zeros, for an op that has nothing to sum up. */
    static Pipeline zeros(Value result) {
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer out = m.of(result).floats();
                            float[] zeros = new float[Math.toIntExact(result.size())];
                            return () -> out.put(0, zeros);
                        });
    }

    /** The memory of an operand. */
    static Storage operand(Value v) {
        return m -> m.of(v);
    }

    /** A part of the workspace, for what lies between two stages. */
    Storage room(long bytes) {
        long offset = rooms;
        rooms += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return m -> m.workspace().slice(offset, bytes);
    }

    /** Memory that lasts from launch to launch, for what is made of steady operands. */
    Storage keep(long bytes) {
        long offset = kept;
        kept += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return m -> m.kept().slice(offset, bytes);
    }

    /** The operand, or room in its stead where a result is not wanted. */
    Storage operandOrRoom(Value v, long bytes) {
        return v == null ? room(bytes) : operand(v);
    }

    /** Makes the primitive this pipeline's own, so that it is closed with it. */
    Primitive own(Primitive p) {
        primitives.add(p);
        scratch = Math.max(scratch, p.scratchBytes());
        return p;
    }

    /** The next stage: a primitive that this pipeline owns. */
    Pipeline then(Primitive p, List<Argument> arguments) {
        return then(stage(p, arguments));
    }

    /** A stage that runs only after a steady operand changed: a primitive of this pipeline. */
    Pipeline first(Primitive p, List<Argument> arguments) {
        firstStages.add(stage(p, arguments));
        return this;
    }

    private Function<Memory, Kernel> stage(Primitive p, List<Argument> arguments) {
        List<Argument> all = List.copyOf(arguments);
        return m ->
                p.bind(
                        p.scratchBytes() == 0 ? 0 : m.workspace().address() + rooms,
                        all.stream()
                                .map(a -> new Primitive.Arg(a.index, a.storage.in(m).address()))
                                .toList());
    }

    /** The next stage, by Java. */
    Pipeline then(Function<Memory, Kernel> stage) {
        stages.add(stage);
        return this;
    }

    @Override
    public long workspaceBytes() {
        return rooms + scratch;
    }

    @Override
    public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
        if (kept > 0 && keptMemory == null) {
            keptMemory = CpuBuffer.allocate(kept, "what kernels keep of steady operands");
        }
        Memory memory = new Memory(buffers, (CpuBuffer) workspace, keptMemory);
        Kernel first = Sequence.of();
        try {
            first = kernels(firstStages, memory);
            Kernel then = kernels(stages, memory);
            return firstStages.isEmpty() ? then : new Run(first, then);
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    private static Kernel kernels(List<Function<Memory, Kernel>> stages, Memory memory) {
        return Sequence.gather(all -> stages.forEach(s -> all.add(s.apply(memory))));
    }

    /** The stages behind those that run when the variables have changed. */
    private record Run(Kernel first, Kernel then) implements Kernel {
        @Override
        public void refresh() {
            first.launch();
        }

        @Override
        public void launch() {
            then.launch();
        }

        @Override
        public void close() {
            then.close();
            first.close();
        }
    }

    @Override
    public void close() {
        for (int i = primitives.size() - 1; i >= 0; i--) {
            primitives.get(i).close();
        }
        if (keptMemory != null) {
            keptMemory.close();
            keptMemory = null;
        }
    }
}
