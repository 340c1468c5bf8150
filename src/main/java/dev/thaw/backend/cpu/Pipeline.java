package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
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

    /** The memory that an op is bound to. */
    record Memory(Function<Value, Buffer> buffers, CpuBuffer workspace) {
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
    private long rooms;
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
        List<Argument> all = List.copyOf(arguments);
        return then(
                m ->
                        p.bind(
                                p.scratchBytes() == 0 ? 0 : m.workspace().address() + rooms,
                                all.stream()
                                        .map(
                                                a ->
                                                        new Primitive.Arg(
                                                                a.index, a.storage.in(m).address()))
                                        .toList()));
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
        Memory memory = new Memory(buffers, (CpuBuffer) workspace);
        Run run = new Run(new Kernel[stages.size()]);
        try {
            for (int i = 0; i < run.kernels.length; i++) {
                run.kernels[i] = stages.get(i).apply(memory);
            }
        } catch (RuntimeException | Error e) {
            run.close();
            throw e;
        }
        return run.kernels.length == 1 ? run.kernels[0] : run;
    }

    private record Run(Kernel[] kernels) implements Kernel {
        @Override
        public void launch() {
            for (Kernel k : kernels) {
                k.launch();
            }
        }

        @Override
        public void close() {
            for (int i = kernels.length - 1; i >= 0; i--) {
                if (kernels[i] != null) {
                    kernels[i].close();
                }
            }
        }
    }

    @Override
    public void close() {
        for (int i = primitives.size() - 1; i >= 0; i--) {
            primitives.get(i).close();
        }
    }
}
