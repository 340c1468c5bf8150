package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Runs each candidate for an op on memory of its own, never on a plan's: first once, to see that
 * its results are those of our kernels, then in turns by the clock. Short ops are timed as a
 * recorded series, as a step replays them, so that a kernel counts and not its launch. It belongs
 * to the thread that holds the backend, while nothing is recorded.
 */
final class Trial implements AutoCloseable {
    /** Another one must be so much faster than our kernels: nearer times are chance. */
    static final double MARGIN = 1.05;

    /** No further round begins after so many nanoseconds. */
    private static final long BUDGET = 50_000_000;

    private static final int ROUNDS = 7;

    /** Microseconds that a series should last, and the most launches in it. */
    private static final double SERIES = 200;

    private static final int LONGEST_SERIES = 32;

    /** How much of each result is compared. */
    private static final int HEAD = 1 << 16;

    /** Numbers repeat after this prime, so that no channel has the same number all over. */
    private static final int PERIOD = 65_521;

    /**
     * Who won.
     *
     * @param winner the candidate's name
     * @param note what was measured, in words
     * @param measured whether there was a race, whose result is worth keeping
     */
    record Result(String winner, String note, boolean measured) {}

    /** A candidate that takes part. */
    private static final class Runner {
        final String name;
        final Kernel kernel;
        final List<Double> times = new ArrayList<>();
        Kernel series;
        int runs = 1;

        Runner(String name, Kernel kernel) {
            this.name = name;
            this.kernel = kernel;
            series = kernel;
        }

        double median() {
            List<Double> sorted = times.stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }

    private final Engine engine;
    private final Function<List<Kernel>, Kernel> recorder;
    private final Stopwatch watch;
    private final Rehearsal rehearsal;
    private final Op op;
    private final Map<String, List<Prepared>> prepared = new HashMap<>();
    private final Map<Value, Buffer> operands = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private Buffer workspace;
    private CudnnException refusal; // the first

    /**
     * @param recorder makes one launch of several
     */
    Trial(
            Engine engine,
            Function<List<Kernel>, Kernel> recorder,
            Stopwatch watch,
            Rehearsal rehearsal,
            Op op) {
        this.engine = engine;
        this.recorder = recorder;
        this.watch = watch;
        this.rehearsal = rehearsal;
        this.op = op;
    }

    /** The first candidate is our own kernels, by which the others are judged. */
    Result run(List<Candidate> candidates) {
        try {
            List<Candidate> able = candidates.stream().filter(this::prepare).toList();
            if (able.size() < 2) {
                tellRefusal();
                return new Result(Candidate.OWN, note(List.of()), false);
            }
            long bytes = layOut();
            if (operands.isEmpty()) {
                return new Result(
                        Candidate.OWN,
                        String.format(
                                Locale.ROOT, "no room for %,d bytes to measure others in", bytes),
                        false);
            }
            List<Runner> runners = judge(able);
            if (runners.size() < 2) {
                tellRefusal();
            }
            time(runners);
            return new Result(fastest(runners), note(runners), true);
        } catch (DeviceOutOfMemoryException e) {
            return new Result(Candidate.OWN, "no room to measure others", false);
        }
    }

    /** Where nobody is left beside our kernels. */
    private void tellRefusal() {
        if (refusal != null) {
            engine.refused(op, refusal);
        }
    }

    /** Whether the candidate can run the op at all. */
    private boolean prepare(Candidate candidate) {
        BiFunction<Engine, Op, Prepared> maker = candidate.rehearsal().get();
        List<Prepared> all = new ArrayList<>();
        try {
            for (int i = 0; i < rehearsal.runs(); i++) {
                Prepared p = maker.apply(engine, op);
                if (p == null) {
                    return false;
                }
                owned.push(p);
                all.add(p);
            }
        } catch (CudaException e) {
            refuses(candidate, e);
            return false;
        }
        prepared.put(candidate.name(), all);
        return true;
    }

    private void refuses(Candidate c, CudaException e) {
        faults.add(c.name() + " refuses: " + e.getMessage());
        if (refusal == null && e instanceof CudnnException cudnn) {
            refusal = cudnn;
        }
    }

    private static long bytes(Value v) {
        return v.size() * v.dtype().bytes();
    }

    /** Gives each operand memory; none of them where there is no room. Returns what is needed. */
    private long layOut() {
        Set<Value> values = new LinkedHashSet<>(op.inputs());
        values.addAll(op.outputs());
        long most =
                prepared.values().stream()
                        .flatMap(List::stream)
                        .mapToLong(Prepared::workspaceBytes)
                        .max()
                        .orElse(0);
        long total =
                DeviceAddress.aligned(most)
                        + values.stream().mapToLong(v -> DeviceAddress.aligned(bytes(v))).sum();
        CudaBuffer room = engine.memory().borrow(total);
        if (room != null) {
            owned.push(room);
            workspace = room.slice(0, most);
            long at = DeviceAddress.aligned(most);
            for (Value v : values) {
                operands.put(v, room.slice(at, bytes(v)));
                at += DeviceAddress.aligned(bytes(v));
            }
            op.inputs().forEach(this::fill);
        }
        return total;
    }

    private void fill(Value v) {
        CudaBuffer target = (CudaBuffer) operands.get(v);
        if (v.dtype() != DType.FLOAT32) {
            set(target, (byte) 0);
            return;
        }
        int first = (int) Math.min(PERIOD, v.size());
        float[] numbers = rehearsal.content(op, v).draw(op.inputs().indexOf(v), first);
        engine.staging().upload(Tensor.of(numbers, Shape.of(first)), target);
        for (long done = first; done < v.size(); done *= 2) {
            long more = Math.min(done, v.size() - done);
            Status.driver(
                    cuMemcpyDtoDAsync(
                            target.address().plus(done * Float.BYTES),
                            target.address(),
                            more * Float.BYTES,
                            engine.gpu().stream()),
                    "cuMemcpyDtoDAsync",
                    "a trial");
        }
    }

    private void set(CudaBuffer target, byte value) {
        Status.driver(
                cuMemsetD8Async(target.address(), value, target.bytes(), engine.gpu().stream()),
                "cuMemsetD8Async",
                "a trial");
    }

    /** Runs each once; those stay whose results are right. */
    private List<Runner> judge(List<Candidate> able) {
        List<Runner> right = new ArrayList<>();
        Map<Value, float[]> own = new HashMap<>();
        for (Candidate c : able) {
            try {
                Runner runner = new Runner(c.name(), bind(c));
                op.updates().forEach(this::fill);
                op.outputs().forEach(v -> set((CudaBuffer) operands.get(v), (byte) 0xFF)); // NaN
                runner.kernel.launch();
                String fault = own.isEmpty() ? null : fault(own);
                if (own.isEmpty()) {
                    results().forEach(v -> own.put(v, head(v)));
                }
                if (fault == null) {
                    right.add(runner);
                } else {
                    faults.add(c.name() + ": " + fault);
                }
            } catch (CudaException e) {
                if (own.isEmpty()) {
                    throw e;
                }
                refuses(c, e);
            }
        }
        return right;
    }

    private Kernel bind(Candidate c) {
        Kernel[] all =
                prepared.get(c.name()).stream()
                        .map(p -> p.bind(operands::get, workspace))
                        .toArray(Kernel[]::new);
        Kernel kernel = Sequence.of(all);
        owned.push(kernel);
        return kernel;
    }

    private List<Value> results() {
        List<Value> all = new ArrayList<>(op.updates());
        all.addAll(op.outputs());
        return all;
    }

    private float[] head(Value v) {
        Tensor t = Tensor.zeros(Shape.of((int) Math.min(HEAD, v.size())), DType.FLOAT32);
        engine.staging().download((CudaBuffer) operands.get(v), t);
        return t.floats();
    }

    private String fault(Map<Value, float[]> own) {
        for (Value v : results()) {
            String fault = rehearsal.wrong(op, v, own.get(v), head(v));
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private void time(List<Runner> runners) {
        long end = System.nanoTime() + BUDGET;
        for (Runner r : runners) {
            double once = watch.microseconds(r.name, r.kernel, 1);
            r.times.add(once);
            r.runs = (int) Math.max(1, Math.min(LONGEST_SERIES, SERIES / once));
            if (r.runs > 1) {
                r.series = recorder.apply(Collections.nCopies(r.runs, r.kernel));
                owned.push(r.series);
                r.series.launch(); // one by one
                r.series.launch(); // records
            }
        }
        for (int round = 0; round < ROUNDS && System.nanoTime() < end; round++) {
            for (Runner r : runners) {
                if (round == 0) {
                    r.times.clear(); // a series tells more than a single launch
                }
                r.times.add(watch.microseconds(r.name, r.series, r.runs));
            }
        }
    }

    private static String fastest(List<Runner> runners) {
        Runner best = runners.get(0);
        for (Runner r : runners) {
            double handicap = best == runners.get(0) ? MARGIN : 1;
            if (r.median() * handicap < best.median()) {
                best = r;
            }
        }
        return best.name;
    }

    private String note(List<Runner> runners) {
        List<String> all = new ArrayList<>();
        if (!runners.isEmpty()) {
            all.add(
                    runners.stream()
                            .map(r -> String.format(Locale.ROOT, "%s %.1f us", r.name, r.median()))
                            .collect(Collectors.joining(", ")));
        }
        all.addAll(faults);
        return String.join("; ", all);
    }

    /** Gives back memory and kernels; waits until the GPU no longer uses them. */
    @Override
    public void close() {
        engine.gpu().synchronize();
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a trial of " + op.print(), e);
            }
        }
    }
}
