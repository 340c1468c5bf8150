package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A program bound to a backend: kernels in order, one arena for everything in between, one
 * workspace. It owns that memory until it is closed. {@link #toString} prints what will run.
 */
public final class Plan implements AutoCloseable {
    /**
     * Set to true, this system property makes the log tell where a plan was made that nobody
     * closed.
     */
    public static final String LEAK_PROPERTY = "thaw.debug.leaks";

    private static final Logger LOG = LoggerFactory.getLogger(Plan.class);
    private static final Cleaner CLEANER = Cleaner.create();

    /**
     * What the plan owns, apart from it, so that the net can free it when the plan itself is lost.
     */
    private static final class Holdings implements Runnable {
        private final Deque<AutoCloseable> owned = new ArrayDeque<>();
        private final Throwable madeAt =
                Boolean.getBoolean(LEAK_PROPERTY) ? new Throwable("the plan was made here") : null;
        private boolean closed;

        <T extends AutoCloseable> T own(T resource) {
            owned.push(resource);
            return resource;
        }

        synchronized void free() {
            closed = true;
            while (!owned.isEmpty()) {
                try {
                    owned.pop().close();
                } catch (Exception e) {
                    LOG.warn("a plan could not free one of its resources", e);
                }
            }
        }

        @Override
        public void run() {
            if (!closed) {
                LOG.warn("a plan was never closed; its memory is freed now", madeAt);
                free();
            }
        }
    }

    /**
     * Set to {@code true} while a plan is made, what was fed lasts from one run to the next, so
     * that a benchmark may feed it once; otherwise later values take its memory.
     */
    public static final String KEEP_INPUTS_PROPERTY = "thaw.debug.keepInputs";

    private final Backend backend;
    private final Program program;
    private final Map<Value, Buffer> buffers = new HashMap<>();
    private final Holdings holdings = new Holdings();
    private final Cleaner.Cleanable cleanable;
    private final MemoryPlanner memory;
    private final boolean exact = Boolean.getBoolean(Backend.EXACT_PROPERTY);
    private final Set<Value> fetched;
    private final Steady steady;
    private final Kernel first;
    private final Kernel sequence;
    private final List<Kernel> bound = new ArrayList<>();
    private final long workspaceBytes;
    private final List<Prepared> prepared = new ArrayList<>();
    private final List<DeviceMemory.Resident> watched = new ArrayList<>();
    private final List<DeviceMemory.Resident> updated = new ArrayList<>();

    /** The sum of {@link #watched}'s changes when what depends on them was computed last. */
    private long seen = -1;

    /**
     * Chooses algorithms, plans memory and binds. Ops that neither change a state nor lead to a
     * fetched value are dropped from the program.
     *
     * @param fetched the values that {@link #fetch} may ask for
     */
    public Plan(Program program, Backend backend, DeviceMemory deviceMemory, Set<Value> fetched) {
        this.backend = backend;
        this.program = program;
        this.fetched = Set.copyOf(fetched);
        program.prune(fetched);
        refuseTooLarge();
        steady = new Steady(program, fetched);
        program.rewrite(steady.inOrder());
        Set<Value> lasting = new HashSet<>(fetched);
        if (Boolean.getBoolean(KEEP_INPUTS_PROPERTY)) {
            lasting.addAll(program.inputs());
        }
        memory = new MemoryPlanner(program, lasting, steady.kept(), this::alignedBytes);
        try {
            long workspace = 0;
            for (Program.Instruction instruction : program.instructions()) {
                // a reshape costs nothing: both sides are the same memory
                Prepared p = instruction.op() instanceof Reshape ? null : prepare(instruction);
                prepared.add(p);
                workspace = Math.max(workspace, p == null ? 0 : p.workspaceBytes());
            }
            workspaceBytes = workspace;
            requireRoom(deviceMemory);
            Buffer arena = arena();
            takeVariables(deviceMemory);
            uploadConstants();
            Buffer shared = workspace();
            List<Kernel> once = new ArrayList<>();
            List<Kernel> always = new ArrayList<>();
            for (int i = 0; i < prepared.size(); i++) {
                Prepared p = prepared.get(i);
                if (p != null) {
                    Kernel k = holdings.own(p.bind(v -> buffer(v, arena), shared));
                    (i < steady.count() ? once : always).add(k);
                    bound.add(k);
                }
            }
            first = holdings.own(backend.sequence(once));
            sequence = holdings.own(backend.sequence(always));
            place(arena);
        } catch (RuntimeException | Error e) {
            holdings.free();
            throw e;
        }
        cleanable = CLEANER.register(this, holdings);
    }

    /** A plan that has the steady part of another one, and memory and kernels of its own. */
    private Plan(Plan other) {
        backend = other.backend;
        program = other.program;
        fetched = other.fetched;
        memory = other.memory;
        steady = other.steady;
        workspaceBytes = other.workspaceBytes;
        prepared.addAll(other.prepared);
        first = () -> {};
        for (Map.Entry<Value, Buffer> e : other.buffers.entrySet()) {
            Value root = memory.root(e.getKey());
            if (!exact ? !memory.inArena(root) : steady.contains(root)) {
                buffers.put(e.getKey(), e.getValue());
            }
        }
        try {
            Buffer arena = arena();
            Buffer shared = workspace();
            for (int i = steady.count(); i < prepared.size(); i++) {
                if (prepared.get(i) != null) {
                    bound.add(holdings.own(prepared.get(i).bind(v -> buffer(v, arena), shared)));
                }
            }
            sequence = holdings.own(backend.sequence(bound));
            place(arena);
        } catch (RuntimeException | Error e) {
            holdings.free();
            throw e;
        }
        cleanable = CLEANER.register(this, holdings);
    }

    /**
     * The same plan once more, with memory of its own for what lies between, so that both can run
     * at the same time on other samples. It must be closed before this one. Only for a program that
     * changes no state; what depends on weights alone is computed by {@link #ready} of this one.
     */
    Plan twin() {
        if (!updated.isEmpty()) {
            throw new IllegalStateException(
                    "only a plan that changes no state can run twice at a time; this one changes %d"
                            .formatted(updated.size()));
        }
        return new Plan(this);
    }

    private Buffer arena() {
        // with memory of its own for each value there is no arena
        return exact
                ? null
                : holdings.own(backend.allocate(Math.max(1, memory.total()), label("arena")));
    }

    /** What is fed and fetched has a place even where no op reads or writes it. */
    private void place(Buffer arena) {
        program.inputs().forEach(v -> buffer(v, arena));
        fetched.forEach(v -> buffer(v, arena));
    }

    private Buffer workspace() {
        return workspaceBytes == 0
                ? null
                : holdings.own(backend.allocate(workspaceBytes, label("workspace")));
    }

    /** Names memory for who has to read that there is too little of it. */
    private String label(String what) {
        return "the %s of a plan for inputs %s".formatted(what, inputShapes());
    }

    /** Counts all that the plan will hold, before it holds any. */
    private void requireRoom(DeviceMemory deviceMemory) {
        long constants = bytes(program.constants().keySet());
        List<Value> weights = new ArrayList<>();
        program.variables()
                .forEach(
                        (variable, value) -> {
                            if (!deviceMemory.holds(variable)) {
                                weights.add(value);
                            }
                        });
        long variables = bytes(weights);
        long folded = bytes(steady.kept());
        backend.requireRoom(
                memory.total() + workspaceBytes + constants + variables + folded,
                String.format(
                        Locale.ROOT,
                        "a plan for inputs %s (%,d bytes of values, %,d of workspace, %,d of constants, %,d of weights, %,d made of weights)",
                        inputShapes(),
                        memory.total(),
                        workspaceBytes,
                        constants,
                        variables,
                        folded));
    }

    private long bytes(Collection<Value> values) {
        return values.stream().mapToLong(this::bytes).sum();
    }

    private List<Shape> inputShapes() {
        return program.inputs().stream().map(Value::shape).toList();
    }

    private void refuseTooLarge() {
        for (Program.Instruction instruction : program.instructions()) {
            for (Value v : instruction.op().outputs()) {
                refuseTooLarge(v, instruction.scope());
            }
        }
        program.inputs().forEach(v -> refuseTooLarge(v, "input"));
        program.variables().values().forEach(v -> refuseTooLarge(v, "variable"));
    }

    private void refuseTooLarge(Value v, String where) {
        refuseTooLarge(v, v.shape(), where);
    }

    /** Refuses a fetched value of so many rows where that is more than the backend would take. */
    void refuseTooLarge(Value fetched, int rows) {
        String where =
                program.instructions().stream()
                        .filter(i -> i.op().outputs().contains(fetched))
                        .map(Program.Instruction::scope)
                        .findAny()
                        .orElse("output");
        refuseTooLarge(fetched, fetched.shape().withBatch(rows), where);
    }

    private void refuseTooLarge(Value v, Shape shape, String where) {
        long most = backend.maxValueBytes() / backend.bytesOf(v.dtype());
        if (shape.size() > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: %s %s has %,d elements, %s takes at most %,d in one value; use a smaller batch",
                            where,
                            v.name(),
                            shape,
                            shape.size(),
                            backend.name(),
                            most));
        }
    }

    private Prepared prepare(Program.Instruction instruction) {
        try {
            return holdings.own(backend.prepare(instruction.op(), steady::contains));
        } catch (DeviceOutOfMemoryException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "%s: %s cannot run %s: %s"
                            .formatted(
                                    instruction.scope(),
                                    backend.name(),
                                    instruction.op().print(),
                                    e.getMessage()),
                    e);
        }
    }

    private long bytes(Value v) {
        return Math.max(1, v.size() * backend.bytesOf(v.dtype()));
    }

    private long alignedBytes(Value v) {
        long bytes = bytes(v);
        long a = backend.alignment();
        return (bytes + a - 1) / a * a;
    }

    private void takeVariables(DeviceMemory deviceMemory) {
        for (Map.Entry<Variable, Value> e : program.variables().entrySet()) {
            DeviceMemory.Resident r = deviceMemory.resident(e.getKey());
            buffers.put(e.getValue(), r.buffer());
            holdings.own(() -> deviceMemory.release(e.getKey()));
            (steady.contains(e.getValue()) ? watched : updated).add(r);
        }
    }

    private void uploadConstants() {
        for (Map.Entry<Value, Tensor> e : program.constants().entrySet()) {
            Buffer b = holdings.own(backend.allocate(bytes(e.getKey()), e.getKey().name()));
            backend.upload(e.getValue(), b);
            buffers.put(e.getKey(), b);
        }
    }

    private Buffer buffer(Value v, Buffer arena) {
        Buffer known = buffers.get(v);
        if (known == null) {
            Value root = memory.root(v);
            if (buffers.containsKey(root)) {
                known = buffers.get(root);
            } else if (arena == null || !memory.inArena(root)) {
                known = holdings.own(backend.allocate(bytes(root), root.name()));
                buffers.put(root, known);
            } else {
                known = arena.slice(memory.offset(v), bytes(v));
            }
            buffers.put(v, known);
        }
        return known;
    }

    /** Copies a host tensor into an input, before {@link #run}. */
    public void feed(Value input, Tensor content) {
        requireOpen();
        backend.upload(content, buffers.get(input));
    }

    /** Copies some rows of a host tensor into the first rows of an input. */
    void feed(Value input, Tensor content, int firstRow, int rows) {
        requireOpen();
        backend.upload(content, firstRow, rows, buffers.get(input));
    }

    /**
     * Launches every kernel in order; those that depend on weights alone only where one has changed
     * since they last ran.
     */
    public void run() {
        ready();
        launch();
        updated.forEach(DeviceMemory.Resident::changed);
    }

    /** Launches what does not depend on weights alone, after {@link #ready}. */
    void launch() {
        requireOpen();
        sequence.launch();
    }

    /** Computes anew what depends on weights alone, where one has changed. */
    void ready() {
        requireOpen();
        long now = 0;
        for (DeviceMemory.Resident r : watched) {
            now += r.changes();
        }
        if (now != seen) {
            first.launch();
            bound.forEach(Kernel::refresh);
            seen = now;
        }
    }

    /** Copies the first rows of a fetched value into some rows of a host tensor. */
    void fetch(Value value, Tensor into, int firstRow, int rows) {
        requireOpen();
        backend.download(buffers.get(value), into, firstRow, rows);
    }

    /** Copies a fetched value to the host, after everything launched. */
    public Tensor fetch(Value value) {
        requireOpen();
        Tensor t = Tensor.zeros(value.shape(), value.dtype());
        backend.download(buffers.get(value), t);
        return t;
    }

    private void requireOpen() {
        if (holdings.closed) {
            throw new IllegalStateException("this plan is closed; compile the model's step again");
        }
    }

    /** Frees everything, last made first. Closing twice is allowed. */
    @Override
    public void close() {
        holdings.free();
        cleanable.clean();
    }

    /**
     * One line per op: who asked for it, the op with its operands, what the backend chose for it,
     * where in the arena its results lie. A star stands before ops that depend on weights alone,
     * and so run only when one has changed.
     */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        s.append(
                String.format(
                        Locale.ROOT,
                        "plan on %s: %d ops, %s, workspace %,d bytes%n",
                        backend.name(),
                        program.instructions().size(),
                        exact
                                ? "no arena by " + Backend.EXACT_PROPERTY
                                : String.format(Locale.ROOT, "arena %,d bytes", memory.total()),
                        workspaceBytes));
        int i = 0;
        for (Program.Instruction instruction : program.instructions()) {
            s.append(
                    String.format(
                            "%4d%s %-30s %s",
                            i,
                            i < steady.count() ? " *" : "  ",
                            instruction.scope(),
                            instruction.op().print()));
            Prepared p = prepared.get(i++);
            if (p != null && !p.choice().isEmpty()) {
                s.append(" by ").append(p.choice());
            }
            for (Value out : instruction.op().outputs()) {
                s.append("  ").append(out).append(' ').append(out.shape());
                if (!exact && memory.inArena(memory.root(out))) {
                    s.append('@').append(memory.offset(out));
                }
            }
            s.append(System.lineSeparator());
        }
        return s.toString();
    }
}
