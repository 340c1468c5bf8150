package dev.thaw.bench;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * Steps per second of {@code fit}: gather a shuffled batch of 32, forward, loss, accuracy,
 * backward, Adam.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 25, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class TrainingBench {
    private static final int BATCH = 32;
    private static final int STEPS = 25;

    /** Which network: {@code geron} or {@code separable}. */
    @Param({"geron", "separable"})
    public String net;

    private Model model;
    private TensorDataset data;

    /** Builds and compiles the network. */
    @Setup(Level.Trial)
    public void open() {
        boolean dense = net.equals("geron");
        model = (dense ? Nets.geron() : Nets.separable()).on(Device.cpu());
        model.compile(new Adam(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
        data = dense ? Nets.random(STEPS * BATCH, 784) : Nets.random(STEPS * BATCH, 28, 28, 1);
    }

    /** One epoch of a few steps; the score counts the steps. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void steps() {
        model.fit(
                data,
                FitOptions.epochs(1)
                        .withBatchSize(BATCH)
                        .withVerbosity(FitOptions.Verbosity.SILENT));
    }

    /** Frees the model. */
    @TearDown(Level.Trial)
    public void close() {
        model.close();
    }
}
