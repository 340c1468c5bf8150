package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.conformance.ConvolutionConformance.Geometry;
import dev.thaw.conformance.MatMulConformance.Product;
import dev.thaw.conformance.NormalizationConformance.Weights;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Binary;
import dev.thaw.op.Equal;
import dev.thaw.op.Fn;
import dev.thaw.op.Gradients;
import dev.thaw.op.OneHot;
import dev.thaw.op.Op;
import dev.thaw.op.Pool;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Reduce;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Each op's own gradient rule against central differences, both in double precision, under a random
 * upstream gradient.
 */
final class GradientCheckTest {
    /** Half the distance of the two points: truncation and rounding both leave about 1e-10. */
    private static final double H = 1e-5;

    /** Norm-wise relative error; a wrong rule is off by far more, rounding by far less. */
    private static final double RELATIVE = 1e-6;

    /** Gradients below this norm are compared absolutely: differences leave about 1e-10 of 0. */
    private static final double SMALL = 1e-3;

    /** Arguments at least 0.2 from -3, -1.5, -1, 0, 0.5, 1, 3 and 6, where functions have kinks. */
    private static final float[] SMOOTH = {
        -7.3f, -4.1f, -2.2f, -1.25f, -0.7f, -0.2f, 0.25f, 0.75f, 1.3f, 2.4f, 4.2f, 7.1f
    };

    static List<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Fn fn : ElementwiseConformance.functions()) {
            all.add(new OpCase(fn.toString(), d -> ElementwiseConformance.unary(d, fn, at(d, fn))));
        }
        addBinaries(all);
        all.add(
                new OpCase(
                        "Affine",
                        d -> ElementwiseConformance.affine(d, Shape.of(3, 5), 0.1, -0.7)));
        addShapes(all);
        addProducts(all);
        addPools(all);
        addNormalizations(all);
        addRandoms(all);
        Shape rows = Shape.of(3, 5);
        all.add(new OpCase("Softmax", d -> LossConformance.softmax(d, rows)));
        Shape table = Shape.of(4, 3);
        all.add(new OpCase("Gather", d -> LossConformance.chosen(d, table, 0, 2, 2, 3, -4)));
        all.add(new OpCase("Cross-entropy, soft targets", d -> LossConformance.soft(d, rows)));
        all.add(new OpCase("Cross-entropy, classes", d -> LossConformance.sparse(d, rows)));
        return all;
    }

    private static Value at(Draft d, Fn fn) {
        boolean positive =
                switch (fn.function()) {
                    case LOG, SQRT, RECIPROCAL -> true;
                    default -> false;
                };
        float[] x = SMOOTH.clone();
        for (int i = 0; positive && i < x.length; i++) {
            x[i] = Math.abs(x[i]);
        }
        return d.input("x", Tensor.of(x));
    }

    private static void addBinaries(List<OpCase> all) {
        Shape[][] pairs = {
            {Shape.of(3, 5), Shape.of(3, 5)},
            {Shape.of(5), Shape.of(3, 5)},
            {Shape.of(3, 1), Shape.of(2, 1, 5)},
            {Shape.scalar(), Shape.of(1, 4)},
            {Shape.of(2, 3, 1, 4), Shape.of(1, 2, 1)}
        };
        for (Binary.Function function : Binary.Function.values()) {
            for (Shape[] p : pairs) {
                all.add(
                        new OpCase(
                                function + " " + p[0] + " " + p[1],
                                d -> ElementwiseConformance.binary(d, function, a(d, p), b(d, p))));
            }
        }
        for (Binary.Function function :
                List.of(Binary.Function.ADD, Binary.Function.MUL, Binary.Function.DIV)) {
            all.add(
                    new OpCase(
                            function + " of a value with itself",
                            d -> ElementwiseConformance.withItself(d, function)));
        }
    }

    /** Whole numbers; b's are halfway between, so that nothing is equal and nothing is 0. */
    private static Value a(Draft d, Shape[] p) {
        return d.whole("a", p[0], -2, 2);
    }

    private static Value b(Draft d, Shape[] p) {
        return d.input("b", p[1], () -> d.random().nextInt(-2, 3) + 0.5);
    }

    private static void addShapes(List<OpCase> all) {
        Shape s = Shape.of(2, 3, 4);
        for (List<Integer> axes :
                List.of(List.of(0), List.of(1), List.of(0, 2), List.of(0, 1, 2))) {
            for (Reduce.Function function : Reduce.Function.values()) {
                all.add(
                        new OpCase(
                                function + " over " + axes,
                                d ->
                                        ShapeConformance.reduce(
                                                d, function, d.distinct("x", s), axes)));
            }
        }
        Shape large = Shape.of(2, 4, 6);
        List<Integer> begin = List.of(0, 1, 2);
        all.add(
                new OpCase(
                        "Broadcast",
                        d -> ShapeConformance.broadcast(d, Shape.of(2, 1, 1), s, 0.3)));
        all.add(new OpCase("Broadcast to itself", d -> ShapeConformance.broadcast(d, s, s, 1)));
        all.add(new OpCase("Reshape", d -> ShapeConformance.reshape(d, s, Shape.of(6, 4))));
        all.add(new OpCase("Transpose", d -> ShapeConformance.transpose(d, s, List.of(2, 0, 1))));
        all.add(new OpCase("Resample", d -> ShapeConformance.resample(d, s, 1, 5)));
        all.add(new OpCase("Pad", d -> ShapeConformance.pad(d, s, large, begin)));
        all.add(new OpCase("Slice", d -> ShapeConformance.slice(d, s, large, begin)));
        all.add(new OpCase("Concat", d -> ShapeConformance.concat(d, s, 1, 1, 3, 2)));
        all.add(new OpCase("Concat of a value thrice", ShapeConformance::concatThrice));
    }

    private static void addProducts(List<OpCase> all) {
        for (int bits = 0; bits < 4; bits++) {
            boolean tA = (bits & 1) != 0;
            boolean tB = (bits & 2) != 0;
            all.add(
                    new OpCase(
                            "MatMul " + tA + " " + tB,
                            d -> MatMulConformance.matMul(d, new Product(3, 4, 5), tA, tB, true)));
        }
        all.add(new OpCase("MatMul a a^T", MatMulConformance::square));
        for (Rectifier r : List.of(Rectifier.RELU, Rectifier.RELU6)) {
            Geometry g = ConvolutionConformance.same(List.of(4, 5), List.of(3, 2), 2, 1);
            for (boolean residual : new boolean[] {false, true}) {
                all.add(
                        new OpCase(
                                "Convolution " + r + (residual ? " and residual" : ""),
                                d -> ConvolutionConformance.endedWithRule(d, g, r, residual)));
            }
            all.add(
                    new OpCase(
                            "Depthwise " + r,
                            d -> ConvolutionConformance.depthwiseRectifiedWithRule(d, g, r)));
            all.add(new OpCase("MatMul " + r, d -> MatMulConformance.rectifiedWithRule(d, r)));
        }
        List<Geometry> geometries =
                List.of(
                        ConvolutionConformance.same(List.of(7), List.of(3), 2, 1),
                        ConvolutionConformance.same(List.of(4, 5), List.of(3, 2), 2, 1),
                        ConvolutionConformance.valid(List.of(5, 6), List.of(2, 3), 1, 2),
                        ConvolutionConformance.same(List.of(3, 2, 3), List.of(2, 3, 2), 1, 1));
        for (Geometry g : geometries) {
            for (int groups = 1; groups <= 2; groups++) {
                int n = groups;
                all.add(
                        new OpCase(
                                "Convolution " + g + " groups " + n,
                                d -> ConvolutionConformance.convolution(d, 2, g, 2, 3, n, true)));
                all.add(
                        new OpCase(
                                "Transposed " + g + " groups " + n,
                                d -> ConvolutionConformance.transposed(d, 2, g, 2, 3, n)));
                all.add(
                        new OpCase(
                                "Depthwise " + g + " multiplier " + n,
                                d -> ConvolutionConformance.depthwise(d, 2, g, 3, n, true)));
            }
        }
    }

    private static void addPools(List<OpCase> all) {
        List<Geometry> geometries =
                List.of(
                        ConvolutionConformance.same(List.of(7), List.of(3), 2, 1),
                        ConvolutionConformance.same(List.of(4, 5), List.of(3, 2), 1, 1),
                        ConvolutionConformance.valid(List.of(5, 6), List.of(2, 2), 2, 2),
                        ConvolutionConformance.same(List.of(3, 2, 3), List.of(2, 3, 2), 2, 1));
        for (Geometry g : geometries) {
            Shape s = Windows.shape(List.of(2), g.in(), 3);
            for (Pool.Function function : Pool.Function.values()) {
                all.add(
                        new OpCase(
                                "Pool " + function + " " + g,
                                d -> PoolConformance.pool(d, function, g, d.distinct("x", s))));
            }
        }
    }

    private static void addNormalizations(List<OpCase> all) {
        for (Weights w : Weights.values()) {
            for (Shape s : List.of(Shape.of(5, 3), Shape.of(3, 3, 2), Shape.of(2, 3, 2, 3))) {
                for (int axis : new int[] {1, s.rank() - 1}) {
                    String where = " " + s + " axis " + axis + " " + w;
                    all.add(
                            new OpCase(
                                    "BatchNormTrain" + where,
                                    d ->
                                            NormalizationConformance.batchTrain(
                                                    d, d.normal("x", s), axis, w)));
                    all.add(
                            new OpCase(
                                    "BatchNormInfer" + where,
                                    d ->
                                            NormalizationConformance.batchInfer(
                                                    d, d.normal("x", s), axis, w)));
                }
            }
            all.add(new OpCase("LayerNorm " + w, d -> NormalizationConformance.layer(d, 3, 7, w)));
        }
        for (NormalizationConformance.End end : NormalizationConformance.End.values()) {
            Shape s = Shape.of(3, 3, 2);
            all.add(
                    new OpCase(
                            "BatchNormTrain " + end,
                            d ->
                                    NormalizationConformance.fusedTrainWithRule(
                                            d, d.normal("x", s), 2, end)));
            all.add(
                    new OpCase(
                            "BatchNormInfer " + end,
                            d ->
                                    NormalizationConformance.fusedInferWithRule(
                                            d, d.normal("x", s), 2, end)));
        }
    }

    private static void addRandoms(List<OpCase> all) {
        Shape s = Shape.of(3, 5, 2);
        for (Shape noise : List.of(s, Shape.of(3, 1, 2))) {
            all.add(
                    new OpCase(
                            "Dropout " + noise, d -> RandomConformance.dropout(d, s, noise, 0.4)));
            all.add(
                    new OpCase(
                            "AlphaDropout " + noise,
                            d -> RandomConformance.alphaDropout(d, s, noise, 0.4)));
        }
        all.add(new OpCase("GaussianDropout", d -> RandomConformance.gaussianDropout(d, s, 0.7)));
        all.add(new OpCase("GaussianNoise", d -> RandomConformance.gaussianNoise(d, s, 0.7)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void ruleAgreesWithDifferences(OpCase c) {
        Draft draft = c.build();
        Draft.Derivative derivative = draft.derivative();
        Map<Value, double[]> at = new HashMap<>();
        try (Runner runner = Runner.of(new ReferenceBackend(), draft.program())) {
            draft.content().forEach(runner::feed);
            derivative.wrt().forEach(v -> at.put(v, runner.numbers(v)));
            runner.launch();
            for (Value v : derivative.wrt()) {
                Value rule = derivative.gradients().get(v);
                double[] zero = new double[(int) v.size()];
                double[] byRule = rule == null ? zero : runner.numbers(rule).clone();
                double[] byDifferences = differences(runner, derivative, v, at.get(v));
                assertThat(distance(byRule, byDifferences))
                        .as(
                                "d %s by the rule %s, by differences %s",
                                v.name(), Arrays.toString(byRule), Arrays.toString(byDifferences))
                        .isLessThan(RELATIVE);
                runner.feed(v, at.get(v));
                runner.launch();
            }
        }
    }

    private static double[] differences(
            Runner runner, Draft.Derivative derivative, Value v, double[] at) {
        double[] gradient = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + H;
            double above = weightedSum(runner, derivative, v, moved);
            moved[i] = at[i] - H;
            gradient[i] = (above - weightedSum(runner, derivative, v, moved)) / (2 * H);
        }
        return gradient;
    }

    private static double weightedSum(
            Runner runner, Draft.Derivative derivative, Value v, double[] content) {
        runner.feed(v, content);
        runner.launch();
        double[] y = runner.numbers(derivative.y());
        double[] weights = runner.numbers(derivative.upstream());
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += y[i] * weights[i];
        }
        return sum;
    }

    private static double distance(double[] a, double[] b) {
        double[] difference = new double[a.length];
        Arrays.setAll(difference, i -> a[i] - b[i]);
        return norm(difference) / Math.max(SMALL, Math.max(norm(a), norm(b)));
    }

    private static double norm(double[] a) {
        return Math.sqrt(Arrays.stream(a).map(x -> x * x).sum());
    }

    /** Ops of x that pass nothing back, each with the number that it writes for an element. */
    enum Shut {
        STOP_GRADIENT {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new StopGradient(x, given));
            }
        },
        SIGN {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new Unary(x, given, Fn.of(Fn.Function.SIGN)));
            }
        },
        STEP {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new Unary(x, given, new Fn(Fn.Function.STEP, .1, 0)));
            }
        },
        FLOOR {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new Unary(x, given, Fn.of(Fn.Function.FLOOR)));
            }
        },
        AT_LEAST {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new Binary(x, d.normal("b", x.shape()), given, Binary.Function.AT_LEAST));
            }
        },
        EQUAL {
            @Override
            void emit(Draft d, Value x, Value given) {
                d.emit(new Equal(x, x, given));
            }
        },
        ARG_MAX_AND_ONE_HOT {
            @Override
            void emit(Draft d, Value x, Value given) {
                Value best = d.temp("best", Shape.of(x.shape().dim(0)), DType.INT32);
                d.emit(new ArgMax(x, best));
                d.emit(new OneHot(best, given));
            }
        };

        abstract void emit(Draft d, Value x, Value given);
    }

    /** y = op(x) x has dy op(x) as its gradient: that of the second factor, to the bit. */
    @ParameterizedTest
    @EnumSource
    void nothingPassesBackThroughAnOpThatIsShut(Shut op) {
        Draft d = new Draft(op.name().hashCode());
        Value x = d.normal("x", Shape.of(4, 5));
        Value given = d.temp("given", x.shape());
        op.emit(d, x, given);
        Value y = d.temp("y", x.shape());
        d.emit(new Binary(given, x, y, Binary.Function.MUL));
        Value dx = d.differentiate(y, x).get(x);
        try (Runner runner = Runner.of(new ReferenceBackend(), d.program())) {
            d.content().forEach(runner::feed);
            runner.launch();
            double[] expected = runner.numbers(d.derivative().upstream()).clone();
            double[] factor = runner.numbers(given);
            Arrays.setAll(expected, i -> expected[i] * factor[i]);
            assertThat(Arrays.stream(expected).anyMatch(e -> e != 0)).isTrue();
            assertThat(runner.numbers(dx)).isEqualTo(expected);
        }
    }

    @Test
    void everyGradientRuleHasACase() {
        Set<Class<?>> checked =
                table().stream()
                        .flatMap(c -> c.build().forward().stream())
                        .map(Object::getClass)
                        .collect(Collectors.toSet());
        assertThat(checked).isEqualTo(opsWithARule());
    }

    private static Set<Class<?>> opsWithARule() {
        return Stream.of(Op.class.getPermittedSubclasses())
                .filter(GradientCheckTest::hasRule)
                .collect(Collectors.toSet());
    }

    private static boolean hasRule(Class<?> op) {
        return Stream.of(op.getDeclaredMethods())
                .anyMatch(
                        m ->
                                m.getName().equals("gradient")
                                        && List.of(m.getParameterTypes())
                                                .equals(List.of(Gradients.class)));
    }
}
