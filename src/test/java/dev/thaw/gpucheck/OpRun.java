package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** One op on one backend, to be run again and again: declare operands, emit, bind, time. */
final class OpRun implements AutoCloseable {
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 0.05;
    private static final int MOST_RUNS = 20_000;

    /** What operands hold, kept from case to case: to draw 400 MB takes longer than most cases. */
    private static final Map<Shape, Tensor> CONTENTS = new LinkedHashMap<>();

    /** Elements, all together. */
    private static final long MOST_CONTENTS = 1L << 28;

    private final Backend backend;
    private final Program program = new Program();
    private final Map<Value, Tensor> inputs = new LinkedHashMap<>();
    private final Set<Value> results = new HashSet<>();
    private Plan plan;

    OpRun(Backend backend) {
        this.backend = backend;
    }

    /** An input, uniform in [0.1, 1): nothing of it is 0, and a root or a quotient is finite. */
    Value in(int... shape) {
        return in(Shape.of(shape));
    }

    Value in(Shape shape) {
        return in(shape, content(shape));
    }

    Value in(Tensor content) {
        return in(content.shape(), content);
    }

    private Value in(Shape shape, Tensor content) {
        Value v = program.input("x", shape, content.dtype());
        inputs.put(v, content);
        return v;
    }

    /** Classes in [0, most). */
    Value labels(int rows, int most) {
        return in(Tensor.of(new SplittableRandom(2).ints(rows, 0, most).toArray()));
    }

    /** A value that the op changes in place. */
    Value state(Shape shape) {
        Tensor content = content(shape);
        return program.variable(Variable.state("state", content.copy()));
    }

    /** A value that the op writes. */
    Value out(int... shape) {
        return out(Shape.of(shape));
    }

    Value out(Shape shape) {
        return program.temp("y", shape);
    }

    Value outInts(int... shape) {
        return program.temp("y", Shape.of(shape), DType.INT32);
    }

    void emit(Op op) {
        program.emit(op);
        results.addAll(op.outputs());
    }

    private static Tensor content(Shape shape) {
        if (CONTENTS.values().stream().mapToLong(Tensor::size).sum() > MOST_CONTENTS) {
            CONTENTS.clear();
        }
        return CONTENTS.computeIfAbsent(shape, OpRun::random);
    }

    private static Tensor random(Shape shape) {
        SplittableRandom random = new SplittableRandom(1);
        float[] some = new float[1 << 16];
        for (int i = 0; i < some.length; i++) {
            some[i] = (float) random.nextDouble(0.1, 1);
        }
        Tensor t = Tensor.zeros(shape, DType.FLOAT32);
        float[] all = t.floats();
        for (int i = 0; i < all.length; i += some.length) {
            System.arraycopy(some, 0, all, i, Math.min(some.length, all.length - i));
        }
        return t;
    }

    void bind() {
        plan = new Plan(program, backend, DeviceMemory.of(backend), results);
        inputs.forEach(plan::feed);
        inputs.clear();
    }

    /** Runs the op that many times and waits for the end. */
    void run(int times) {
        for (int i = 0; i < times; i++) {
            plan.run();
        }
        backend.synchronize();
    }

    /** Median seconds of one run among many queued ones. */
    double seconds() {
        run(WARM_UP);
        int times = 1;
        double took = timed(times);
        while (took < ROUND_SECONDS && times < MOST_RUNS) {
            double wanted = times * ROUND_SECONDS / Math.max(took, 1e-6);
            times = (int) Math.min(MOST_RUNS, Math.max(2.0 * times, wanted));
            took = timed(times);
        }
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            rounds[i] = timed(times) / times;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    private double timed(int times) {
        long begin = System.nanoTime();
        run(times);
        return (System.nanoTime() - begin) / 1e9;
    }

    @Override
    public void close() {
        if (plan != null) {
            plan.close();
        }
    }
}
