package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.Binary;
import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Fn;
import dev.thaw.op.Gradients;
import dev.thaw.op.MatMul;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random graphs of convolutions and products with batch normalization on given statistics give the
 * same results and gradients folded and as they are, before and after a weight has changed.
 */
abstract class FoldedGraphs {
    private static final int OPS = 6;
    private static final int BATCH = 2;

    /** Filters are scaled so that values stay near 1, and sums have at most so many terms. */
    private static final int LONGEST = BATCH * 8 * 8;

    /**
     * Both sides round; errors walk at random, 4 standard deviations of it, through three ops in
     * the place of each of {@link #OPS} and as many gradients, with sums of up to {@link #LONGEST}
     * terms, relative to the largest number.
     */
    static final double NOISE = 2 * 4 * Math.sqrt(2 * 3 * OPS * LONGEST) * 0x1p-24;

    /** A backend for the test. */
    abstract Backend backend();

    /** How many graphs. */
    abstract int graphs();

    /** The largest difference between the two, relative to the largest number. */
    abstract double bound();

    /** Weights by the order in which a graph asks for them; a second graph finds the first's. */
    private static final class Weights {
        final List<Variable> all = new ArrayList<>();
        final Set<Variable> trained = new HashSet<>();
    }

    private static final class Graph {
        final Program p = new Program();
        final SplittableRandom random;
        final Weights weights;
        final Map<Value, Tensor> content = new HashMap<>();
        final List<Value> fetched = new ArrayList<>();

        /** Near a kink, rounding decides whether the gradient is there. */
        final boolean smooth;

        int asked;

        Graph(long seed, Weights weights, boolean fold) {
            this.weights = weights;
            random = new SplittableRandom(seed);
            smooth = seed % 2 == 0;
            Value x = input(Shape.of(BATCH, 5 + below(4), 5 + below(4), 2 + below(4)));
            Value y = x;
            for (int i = 0; i < OPS; i++) {
                y = grow(y);
            }
            fetched.add(y);
            Set<Value> trained = new HashSet<>();
            p.variables()
                    .forEach(
                            (variable, v) -> {
                                if (weights.trained.contains(variable)) {
                                    trained.add(v);
                                }
                            });
            if (fold) {
                BatchNormFolding.apply(p, Set.of(y), trained);
                Fusion.apply(p, Set.of(y));
            }
            if (smooth) {
                differentiate(x, y, trained);
            }
        }

        private void differentiate(Value x, Value y, Set<Value> trained) {
            List<Value> wrt = new ArrayList<>(trained);
            wrt.add(x);
            Map<Value, Value> gradients = Gradients.of(p, Map.of(y, input(y.shape())), wrt);
            fetched.add(gradients.get(x));
            // in the order of the variables, which both graphs share
            for (Variable v : weights.all) {
                Value gradient = gradients.get(p.variables().get(v));
                if (gradient != null) {
                    fetched.add(gradient);
                }
            }
        }

        private int below(int n) {
            return random.nextInt(n);
        }

        private Tensor numbers(Shape shape, double from, double to) {
            Tensor t = Tensor.zeros(shape, DType.FLOAT32);
            for (int i = 0; i < t.size(); i++) {
                t.floats()[i] = (float) random.nextDouble(from, to);
            }
            return t;
        }

        private Value input(Shape shape) {
            Value v = p.input("x", shape, DType.FLOAT32);
            content.put(v, numbers(shape, -1, 1));
            return v;
        }

        private Value weight(Shape shape, double from, double to) {
            Tensor first = numbers(shape, from, to);
            boolean trains = below(8) == 0;
            if (asked == weights.all.size()) {
                Variable v = new Variable("w" + asked, shape, DType.FLOAT32, true, () -> first);
                weights.all.add(v);
                if (trains) {
                    weights.trained.add(v);
                }
            }
            return p.variable(weights.all.get(asked++));
        }

        private Value grow(Value x) {
            Value y = x.shape().rank() == 2 ? product(x) : below(6) == 0 ? flat(x) : convolved(x);
            if (below(6) == 0) {
                Value other = unary(y, Fn.Function.TANH); // a second reader
                return add(normalized(y), other);
            }
            Value n = normalized(y);
            if (x.shape().equals(n.shape()) && below(2) == 0) {
                n = add(n, x);
            }
            return switch (smooth ? below(2) * 3 : below(4)) {
                case 0 -> unary(n, Fn.Function.TANH);
                case 1 -> unary(n, Fn.Function.RELU);
                case 2 -> unary(n, Fn.Function.RELU6);
                default -> n;
            };
        }

        private Value flat(Value x) {
            Value y = p.temp("flat", Shape.of(BATCH, (int) x.size() / BATCH));
            p.emit(new Reshape(x, y));
            return product(y);
        }

        private Value product(Value x) {
            int columns = 2 + below(6);
            double scale = Math.sqrt(3. / x.shape().last());
            boolean transposed = below(6) == 0;
            Shape shape =
                    transposed
                            ? Shape.of(columns, x.shape().last())
                            : Shape.of(x.shape().last(), columns);
            Value w = weight(shape, -scale, scale);
            Value bias = below(2) == 0 ? null : weight(Shape.of(columns), -1, 1);
            Value y = p.temp("y", Shape.of(BATCH, columns));
            p.emit(new MatMul(x, w, bias, y, false, transposed));
            return y;
        }

        private Value convolved(Value x) {
            int size = 1 + below(3);
            int channels = x.shape().last();
            Window window =
                    new Window(
                            List.of(size, size),
                            List.of(1, 1),
                            List.of(1, 1),
                            List.of(size / 2, size / 2),
                            List.of((size - 1) / 2, (size - 1) / 2));
            int kind = below(4);
            int groups = kind == 1 && channels % 2 == 0 ? 2 : 1;
            int filters = kind == 0 ? channels * (1 + below(2)) : groups * (1 + below(4));
            if (below(2) == 0 && kind > 1) {
                filters = channels; // so that a residual fits
            }
            double scale = Math.sqrt(3. / (size * size * (kind == 0 ? 1 : channels / groups)));
            Value bias = below(2) == 0 ? null : weight(Shape.of(filters), -1, 1);
            Value y = p.temp("y", x.shape().withDim(3, filters));
            if (kind == 0) {
                Shape shape = Shape.of(size, size, channels, filters / channels);
                Value w = weight(shape, -scale, scale);
                p.emit(new DepthwiseConvolution(x, w, bias, y, window));
            } else {
                Shape shape = Shape.of(size, size, channels / groups, filters);
                Value w = weight(shape, -scale, scale);
                p.emit(new Convolution(x, w, bias, y, window, groups));
            }
            return y;
        }

        private Value normalized(Value x) {
            int last = x.shape().rank() - 1;
            Shape c = Shape.of(x.shape().last());
            Value gamma = below(4) == 0 ? null : weight(c, -1.5, 1.5);
            Value beta = below(4) == 0 ? null : weight(c, -1, 1);
            Value y = p.temp("normalized", x.shape());
            p.emit(
                    new BatchNormInfer(
                            x, gamma, beta, weight(c, -1, 1), weight(c, .5, 2), y, last, 1e-3));
            return y;
        }

        private Value unary(Value x, Fn.Function function) {
            Value y = p.temp("act", x.shape());
            p.emit(new Unary(x, y, Fn.of(function)));
            return y;
        }

        private Value add(Value a, Value b) {
            Value y = p.temp("sum", a.shape());
            p.emit(new Binary(a, b, y, Binary.Function.ADD));
            return y;
        }

        long normalizations() {
            return p.instructions().stream().filter(i -> i.op() instanceof BatchNormInfer).count();
        }

        Plan plan(Backend backend) {
            return new Plan(p, backend, DeviceMemory.of(backend), new HashSet<>(fetched));
        }

        List<Tensor> run(Plan plan) {
            content.forEach(plan::feed);
            plan.run();
            return fetched.stream().map(plan::fetch).toList();
        }
    }

    @Test
    void foldedAndUnfoldedAgree() {
        Backend backend = backend();
        long folded = 0;
        long left = 0;
        for (int seed = 0; seed < graphs(); seed++) {
            Weights weights = new Weights();
            Graph plain = new Graph(seed, weights, false);
            Graph better = new Graph(seed, weights, true);
            try (Plan one = plain.plan(backend);
                    Plan other = better.plan(backend)) {
                compare(seed, better, other, plain.run(one));
                compare(seed, better, other, plain.run(one));
                SplittableRandom random = new SplittableRandom(seed);
                for (int i = 0; i < 3; i++) {
                    Variable v = weights.all.get(random.nextInt(weights.all.size()));
                    Tensor value = v.value();
                    for (int j = 0; j < value.size(); j++) {
                        value.floats()[j] *= .75f;
                    }
                    v.assign(value);
                    compare(seed, better, other, plain.run(one));
                }
            }
            folded += plain.normalizations() - better.normalizations();
            left += better.normalizations();
        }
        // the graphs have both kinds
        assertThat(folded).isGreaterThan(2L * graphs());
        assertThat(left).isGreaterThan(graphs());
    }

    private void compare(int seed, Graph folded, Plan plan, List<Tensor> expected) {
        List<Tensor> got = folded.run(plan);
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++) {
            assertThat(PaddedGraphs.difference(got.get(i), expected.get(i)))
                    .as("graph %d, result %d%n%s", seed, i, folded.p)
                    .isLessThanOrEqualTo(bound());
        }
    }
}
