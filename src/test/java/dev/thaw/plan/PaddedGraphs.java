package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Binary;
import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Fn;
import dev.thaw.op.Gradients;
import dev.thaw.op.Pad;
import dev.thaw.op.Pool;
import dev.thaw.op.Program;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Random graphs of paddings and windows give the same results and gradients fused and unfused. */
abstract class PaddedGraphs {
    private static final int OPS = 7;

    /** Filters are scaled so that values stay near 1, and sums have at most so many terms. */
    private static final int LONGEST = 2 * 16 * 16;

    /**
     * Both sides round; errors walk at random, 4 standard deviations of it, through {@link #OPS}
     * ops and as many gradients with sums of up to {@link #LONGEST} terms, relative to the largest.
     */
    static final double NOISE = 2 * 4 * Math.sqrt(2 * OPS * LONGEST) * 0x1p-24;

    /** A backend for the test. */
    abstract Backend backend();

    /** How many graphs. */
    abstract int graphs();

    /** The largest difference between the two, relative to the largest number. */
    abstract double bound();

    /** A graph with its inputs' contents, and its gradients by all of them. */
    private static final class Graph {
        final Program p = new Program();
        final SplittableRandom random;
        final Map<Value, Tensor> content = new LinkedHashMap<>();
        final List<Value> images = new ArrayList<>();
        final List<Value> fetched = new ArrayList<>();

        Graph(long seed, Backend fusedFor) {
            random = new SplittableRandom(seed);
            images.add(input("x", Shape.of(2, 5 + below(8), 5 + below(8), 1 + below(6)), 1));
            for (int i = 0; i < OPS; i++) {
                grow(images.get(Math.max(0, images.size() - 1 - below(4) / 3)));
            }
            Value y = images.get(images.size() - 1);
            fetched.add(y);
            if (fusedFor != null) {
                PadFusion.apply(p, Set.of(y), fusedFor);
            }
            Value dy = input("dy", y.shape(), 1);
            List<Value> wrt = List.copyOf(content.keySet());
            Map<Value, Value> gradients = Gradients.of(p, Map.of(y, dy), wrt);
            wrt.stream().filter(gradients::containsKey).forEach(v -> fetched.add(gradients.get(v)));
        }

        private int below(int n) {
            return random.nextInt(n);
        }

        private Value input(String name, Shape shape, double scale) {
            Tensor t = Tensor.zeros(shape, DType.FLOAT32);
            for (int i = 0; i < t.size(); i++) {
                t.floats()[i] = (float) (random.nextDouble(-1, 1) * scale);
            }
            Value v = p.input(name, shape, DType.FLOAT32);
            content.put(v, t);
            return v;
        }

        private void grow(Value x) {
            switch (below(10)) {
                case 0 -> pool(x);
                case 1 -> unary(x, below(2) == 0 ? Fn.Function.TANH : Fn.Function.SIGMOID);
                case 2 -> {
                    // a second reader: the padding has to stay
                    Value padded = pad(x);
                    convolve(padded);
                    unary(padded, Fn.Function.TANH);
                }
                case 3 -> convolve(pad(pad(x)));
                case 4 -> add(x, unary(x, Fn.Function.TANH));
                default -> convolve(pad(x));
            }
        }

        private Value pad(Value x) {
            int[] dims = x.shape().toArray();
            List<Integer> begin = new ArrayList<>(List.of(0, below(2), below(2), 0));
            dims[1] += begin.get(1) + below(3);
            dims[2] += begin.get(2) + below(2);
            if (below(8) == 0) {
                begin.set(3, below(2));
                dims[3] += begin.get(3) + below(2);
            }
            Value y = p.temp("padded", Shape.of(dims));
            p.emit(new Pad(x, y, begin));
            return y;
        }

        private Window window(Value x) {
            List<List<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(new ArrayList<>());
            }
            for (int axis = 1; axis <= 2; axis++) {
                int size = 1 + below(Math.min(5, x.shape().dim(axis)));
                int room = x.shape().dim(axis) - size;
                all.get(0).add(size);
                all.get(1).add(1 + below(2));
                all.get(2).add(size > 1 && room >= size - 1 && below(3) == 0 ? 2 : 1);
                all.get(3).add(below(8) < 6 ? 0 : below(size));
                all.get(4).add(below(8) < 6 ? 0 : below(size));
            }
            return new Window(all.get(0), all.get(1), all.get(2), all.get(3), all.get(4));
        }

        private Value output(Value x, Window w, int channels) {
            return p.temp(
                    "y",
                    Shape.of(
                            x.shape().dim(0),
                            w.outputExtent(0, x.shape().dim(1)),
                            w.outputExtent(1, x.shape().dim(2)),
                            channels));
        }

        private void convolve(Value x) {
            Window window = window(x);
            int channels = x.shape().last();
            int kh = window.size().get(0);
            int kw = window.size().get(1);
            if (below(2) == 0) {
                Value w = input("w", Shape.of(kh, kw, channels, 1), Math.sqrt(3. / (kh * kw)));
                Value y = output(x, window, channels);
                p.emit(new DepthwiseConvolution(x, w, null, y, window));
                images.add(y);
            } else {
                int filters = 1 + below(5);
                double scale = Math.sqrt(3. / (kh * kw * channels));
                Value w = input("w", Shape.of(kh, kw, channels, filters), scale);
                Value bias = below(2) == 0 ? null : input("bias", Shape.of(filters), 1);
                Value y = output(x, window, filters);
                p.emit(new Convolution(x, w, bias, y, window, 1));
                images.add(y);
            }
        }

        private void pool(Value x) {
            Value padded = pad(x);
            Window w =
                    new Window(
                            List.of(2, 2),
                            List.of(1, 2),
                            List.of(1, 1),
                            List.of(0, 0),
                            List.of(1, 0));
            Value y = output(padded, w, padded.shape().last());
            p.emit(
                    new Pool(
                            padded,
                            y,
                            Pool.Function.values()[below(Pool.Function.values().length)],
                            w));
            images.add(y);
        }

        private Value unary(Value x, Fn.Function function) {
            Value y = p.temp("act", x.shape());
            p.emit(new Unary(x, y, Fn.of(function)));
            images.add(y);
            return y;
        }

        private void add(Value a, Value b) {
            Value y = p.temp("sum", a.shape());
            p.emit(new Binary(a, b, y, Binary.Function.ADD));
            images.add(y);
        }

        long pads() {
            return p.instructions().stream().filter(s -> s.op() instanceof Pad).count();
        }

        List<Tensor> run(Backend backend) {
            try (Plan plan =
                    new Plan(p, backend, DeviceMemory.of(backend), new HashSet<>(fetched))) {
                content.keySet().stream()
                        .filter(p.inputs()::contains)
                        .forEach(v -> plan.feed(v, content.get(v)));
                plan.run();
                return fetched.stream().map(plan::fetch).toList();
            }
        }
    }

    @Test
    void fusedAndUnfusedAgree() {
        Backend backend = backend();
        int taken = 0;
        int left = 0;
        for (int seed = 0; seed < graphs(); seed++) {
            Graph separate = new Graph(seed, null);
            Graph fused = new Graph(seed, backend);
            List<Tensor> expected = separate.run(backend);
            List<Tensor> got = fused.run(backend);
            assertThat(got).hasSameSizeAs(expected);
            for (int i = 0; i < got.size(); i++) {
                assertThat(difference(got.get(i), expected.get(i)))
                        .as("graph %d, result %d%n%s", seed, i, fused.p)
                        .isLessThanOrEqualTo(bound());
            }
            taken += (int) (separate.pads() - fused.pads());
            left += (int) fused.pads();
        }
        // the graphs have both kinds
        assertThat(taken).isGreaterThan(graphs());
        assertThat(left).isGreaterThan(graphs() / 2);
    }

    /** The largest difference, relative to the largest number where that is above 1. */
    static double difference(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        double most = 0;
        double largest = 1;
        for (int i = 0; i < a.size(); i++) {
            most = Math.max(most, Math.abs(a.floats()[i] - b.floats()[i]));
            largest = Math.max(largest, Math.abs(b.floats()[i]));
        }
        return most / largest;
    }
}
