package dev.thaw.bench;

import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Dropout at rate 0.5, forward and backward, beside a copy of the same array. Counted are x and y
 * forward, dy and dx backward; the mask is drawn twice and never in memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 25, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class DropoutBench {
    private static final double RATE = .5;

    /** The shape of x. */
    @Param({"32x56x56x256", "32x300"})
    public String shape;

    private OpPlan plan;
    private Copy copy;
    private long floats;

    /** Binds forward and backward pass. */
    @Setup(Level.Trial)
    public void open() {
        Shape of = Shapes.parse(shape);
        floats = of.size();
        plan = new OpPlan();
        Value x = plan.random("x", of);
        Value dy = plan.random("dy", of);
        Value step = plan.constant("step", Tensor.scalar(1L));
        Value y = plan.temp("y", of);
        plan.emit(new Dropout(x, step, y, new Draw(42, 0), of, RATE, 1 / (1 - RATE)));
        plan.keep(y);
        plan.differentiate(y, dy, List.of(x));
        plan.bind();
        copy = new Copy((int) floats);
    }

    /** One forward and one backward pass. */
    @Benchmark
    public void dropout(Traffic traffic) {
        plan.run();
        traffic.add(4, floats);
    }

    /** A copy on one thread. */
    @Benchmark
    public void memcpy(Traffic traffic) {
        copy.run();
        traffic.add(2, floats);
    }

    /** A copy on all cores. */
    @Benchmark
    public void memcpyOnAllCores(Traffic traffic) {
        copy.runOnAllCores();
        traffic.add(2, floats);
    }

    /** Frees the plan. */
    @TearDown(Level.Trial)
    public void close() {
        plan.close();
    }
}
