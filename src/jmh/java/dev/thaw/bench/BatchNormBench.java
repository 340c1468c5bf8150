package dev.thaw.bench;

import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

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
 * Batch normalization in training, forward and backward, beside a copy of the same array. Counted
 * is what cannot be avoided: x and y forward, x, dy and dx backward. An implementation that reads x
 * twice for the mean and the variance moves more than it is given credit for.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 25, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class BatchNormBench {
    /** The shape of x; channels last. */
    @Param({"32x56x56x256", "32x28x28x64", "32x784"})
    public String shape;

    private OpPlan plan;
    private Copy copy;
    private long floats;

    /** Binds forward and backward pass. */
    @Setup(Level.Trial)
    public void open() {
        Shape of = Shapes.parse(shape);
        Shape channels = Shape.of(of.last());
        floats = of.size();
        plan = new OpPlan();
        Value x = plan.random("x", of);
        Value dy = plan.random("dy", of);
        Value gamma = plan.random("gamma", channels);
        Value beta = plan.random("beta", channels);
        Value y = plan.temp("y", of);
        Value mean = plan.temp("mean", channels);
        Value variance = plan.temp("variance", channels);
        plan.emit(new BatchNormTrain(x, gamma, beta, y, mean, variance, of.rank() - 1, 1e-3));
        plan.keep(y);
        plan.differentiate(y, dy, List.of(x, gamma, beta));
        plan.bind();
        copy = new Copy((int) floats);
    }

    /** One forward and one backward pass. */
    @Benchmark
    public void batchNorm(Traffic traffic) {
        plan.run();
        traffic.add(5, floats);
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
