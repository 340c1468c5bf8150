package dev.thaw.bench;

import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import org.openjdk.jmh.annotations.AuxCounters;
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
 * Convolutions with stride 1 and "same" padding: forward, gradient of the images, gradient of the
 * filters. Each multiplication and each addition counts as one operation; what falls on the padding
 * counts too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 25, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class ConvolutionBench {
    /** Billions of operations; JMH divides by the seconds, so its "ops/s" here means GFLOP/s. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** 1e9 operations. */
        public double gigaflops;
    }

    /** The layers under test. */
    public enum Case {
        /** [32,28,28,16], 32 filters of 3x3. */
        FULL_3X3(28, 16, 3, 32, false),
        /** [32,14,14,64], 128 filters of 1x1. */
        POINTWISE(14, 64, 1, 128, false),
        /** [32,28,28,32], one filter of 3x3 for each channel. */
        DEPTHWISE_3X3(28, 32, 3, 32, true);

        private final Shape images;
        private final Shape filters;
        private final Shape results;
        private final Window window;
        private final boolean depthwise;

        Case(int extent, int channels, int window, int filters, boolean depthwise) {
            int pad = window / 2;
            this.images = Shape.of(32, extent, extent, channels);
            this.filters = Shape.of(window, window, channels, depthwise ? 1 : filters);
            this.results = Shape.of(32, extent, extent, filters);
            this.window = new Window(both(window), both(1), both(1), both(pad), both(pad));
            this.depthwise = depthwise;
        }

        private static List<Integer> both(int value) {
            return List.of(value, value);
        }

        private double gigaflops() {
            // each result sums over the filter's cells and, unless depthwise, over the channels
            return 2e-9
                    * results.size()
                    * filters.size()
                    / filters.last()
                    / (depthwise ? images.last() : 1);
        }

        private Op forward(Value x, Value w, Value y) {
            return depthwise
                    ? new DepthwiseConvolution(x, w, null, y, window)
                    : new Convolution(x, w, null, y, window, 1);
        }

        private Op gradInput(Value dy, Value w, Value dx) {
            return depthwise
                    ? new DepthwiseConvolutionGradInput(dy, w, dx, window)
                    : new ConvolutionGradInput(dy, w, dx, window, 1);
        }

        private Op gradFilter(Value x, Value dy, Value dw) {
            return depthwise
                    ? new DepthwiseConvolutionGradFilter(x, dy, dw, window)
                    : new ConvolutionGradFilter(x, dy, dw, window, 1);
        }
    }

    /** Which layer. */
    @Param({"FULL_3X3", "POINTWISE", "DEPTHWISE_3X3"})
    public Case layer;

    private OpPlan forward;
    private OpPlan gradInput;
    private OpPlan gradFilter;
    private double gigaflops;

    /** Binds one plan for each op. */
    @Setup(Level.Trial)
    public void open() {
        gigaflops = layer.gigaflops();
        forward = new OpPlan();
        Value y = forward.temp("y", layer.results);
        forward.emit(
                layer.forward(
                        forward.random("x", layer.images), forward.random("w", layer.filters), y));
        forward.keep(y);
        forward.bind();

        gradInput = new OpPlan();
        Value dx = gradInput.temp("dx", layer.images);
        gradInput.emit(
                layer.gradInput(
                        gradInput.random("dy", layer.results),
                        gradInput.random("w", layer.filters),
                        dx));
        gradInput.keep(dx);
        gradInput.bind();

        gradFilter = new OpPlan();
        Value dw = gradFilter.temp("dw", layer.filters);
        gradFilter.emit(
                layer.gradFilter(
                        gradFilter.random("x", layer.images),
                        gradFilter.random("dy", layer.results),
                        dw));
        gradFilter.keep(dw);
        gradFilter.bind();
    }

    /** y from x and w. */
    @Benchmark
    public void forward(Work work) {
        forward.run();
        work.gigaflops += gigaflops;
    }

    /** dx from dy and w. */
    @Benchmark
    public void gradInput(Work work) {
        gradInput.run();
        work.gigaflops += gigaflops;
    }

    /** dw from x and dy. */
    @Benchmark
    public void gradFilter(Work work) {
        gradFilter.run();
        work.gigaflops += gigaflops;
    }

    /** Frees the plans. */
    @TearDown(Level.Trial)
    public void close() {
        forward.close();
        gradInput.close();
        gradFilter.close();
    }
}
