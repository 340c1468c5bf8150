package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a program on a backend without a plan: a buffer of its own for each value. Whatever ops must
 * write in full holds NaN before, and behind each value lies a strip that must stay 0; with {@link
 * Backend#EXACT_PROPERTY} nothing lies around it, so that reads outside are seen, too.
 */
final class Runner implements AutoCloseable {
    private static final int STRIP = 64;

    private final Backend backend;
    private final boolean exact = Boolean.getBoolean(Backend.EXACT_PROPERTY);
    private final int strip = exact ? 0 : STRIP;
    private final Map<Value, Buffer> memory = new HashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private Runner(Backend backend, Program program, boolean shared) {
        this.backend = backend;
        program.inputs().forEach(this::allocate);
        program.variables().forEach((variable, v) -> feed(allocate(v), variable.value()));
        program.constants().forEach((v, content) -> feed(allocate(v), content));
        for (Program.Instruction instruction : program.instructions()) {
            if (shared && instruction.op() instanceof Reshape r) {
                memory.put(r.y(), memory.get(r.x()));
            } else {
                instruction
                        .op()
                        .outputs()
                        .forEach(v -> feed(allocate(v), poison(v.shape(), v.dtype())));
            }
        }
        bind(program.instructions().stream().map(Program.Instruction::op).toList());
    }

    /** Every value in memory of its own. */
    static Runner of(Backend backend, Program program) {
        return new Runner(backend, program, false);
    }

    /** Like a plan, with both sides of a {@link Reshape} in the same memory. */
    static Runner sharingReshapes(Backend backend, Program program) {
        return new Runner(backend, program, true);
    }

    private static Tensor poison(Shape shape, DType dtype) {
        Tensor t = Tensor.zeros(shape, dtype);
        switch (dtype) {
            case FLOAT32 -> Arrays.fill(t.floats(), Float.NaN);
            case INT32 -> Arrays.fill(t.ints(), Integer.MIN_VALUE);
            case INT64 -> Arrays.fill(t.longs(), Long.MIN_VALUE);
        }
        return t;
    }

    private Value allocate(Value v) {
        int lead = exact ? 0 : backend.alignment();
        long bytes = bytes(v);
        Buffer whole = backend.allocate(lead + bytes + strip, v.name());
        open.push(whole);
        memory.put(v, whole.slice(lead, bytes + strip));
        return v;
    }

    private long bytes(Value v) {
        return v.size() * backend.bytesOf(v.dtype());
    }

    private void bind(List<Op> ops) {
        List<Prepared> prepared = new ArrayList<>();
        long most = 0;
        for (Op op : ops) {
            Prepared p = backend.prepare(op);
            open.push(p);
            prepared.add(p);
            most = Math.max(most, p.workspaceBytes());
        }
        Buffer workspace = null;
        if (most > 0) {
            workspace = backend.allocate(most, "workspace");
            open.push(workspace);
            int numbers = (int) (most / backend.bytesOf(DType.FLOAT32));
            backend.upload(poison(Shape.of(numbers), DType.FLOAT32), workspace);
        }
        for (Prepared p : prepared) {
            Kernel k = p.bind(this::operand, p.workspaceBytes() > 0 ? workspace : null);
            open.push(k);
            kernels.add(k);
        }
    }

    private Buffer operand(Value v) {
        return memory.get(v).slice(0, bytes(v));
    }

    void feed(Value v, Tensor content) {
        backend.upload(content, memory.get(v));
    }

    /** On the reference only: numbers that need not be float32. */
    void feed(Value v, double[] content) {
        ((ReferenceBackend) backend).upload(content, memory.get(v));
    }

    void launch() {
        kernels.forEach(Kernel::launch);
    }

    Tensor fetch(Value v) {
        Tensor t = Tensor.zeros(v.shape(), v.dtype());
        backend.download(memory.get(v), t);
        return t;
    }

    /** The content as doubles; of the reference, unrounded. */
    double[] numbers(Value v) {
        double[] all = new double[(int) v.size()];
        if (v.dtype() == DType.FLOAT32 && backend instanceof ReferenceBackend reference) {
            reference.download(memory.get(v), all);
            return all;
        }
        Tensor t = fetch(v);
        Arrays.setAll(
                all,
                i ->
                        switch (t.dtype()) {
                            case FLOAT32 -> t.floats()[i];
                            case INT32 -> t.ints()[i];
                            case INT64 -> t.longs()[i];
                        });
        return all;
    }

    /** The first value behind which something was written; null where there is none. */
    Value overrun() {
        if (exact) {
            return null;
        }
        for (Value v : memory.keySet()) {
            int behind = strip / backend.bytesOf(v.dtype());
            Tensor all = Tensor.zeros(Shape.of((int) v.size() + behind), v.dtype());
            backend.download(memory.get(v), all);
            if (!all.rows((int) v.size(), all.size())
                    .bitEquals(Tensor.zeros(Shape.of(behind), v.dtype()))) {
                return v;
            }
        }
        return null;
    }

    @Override
    public void close() {
        for (AutoCloseable owned : open) {
            try {
                owned.close();
            } catch (Exception e) {
                throw new IllegalStateException("close", e);
            }
        }
    }
}
