package dev.thaw.layer.operator;

import dev.thaw.layer.InputAxes;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.Activations;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.BiFunction;

/** Functions of one tensor whose result has its shape: activations, roots, powers. */
final class PointwiseOperators {
    private static final List<String> X = List.of("x");

    private PointwiseOperators() {}

    static void register(OperatorTable t) {
        activations(t);
        parametric(t);
        axiswise(t);
        fn(t, Fn.Function.ABS, "Abs", "Absolute", "Fabs");
        fn(t, Fn.Function.EXP, "Exp");
        fn(t, Fn.Function.LOG, "Log");
        fn(t, Fn.Function.SQRT, "Sqrt");
        fn(t, Fn.Function.SQUARE, "Square");
        fn(t, Fn.Function.RECIPROCAL, "Reciprocal");
        fn(t, Fn.Function.SIGN, "Sign");
        fn(t, Fn.Function.SIN, "Sin");
        fn(t, Fn.Function.COS, "Cos");
        fn(t, Fn.Function.FLOOR, "Floor");
        add(
                t,
                "Ceil",
                a -> (f, x) -> f.affine(f.apply(Fn.Function.FLOOR, f.affine(x, -1, 0)), -1, 0));
        add(t, "Negative", a -> (f, x) -> f.affine(x, -1, 0));
        add(
                t,
                "Rsqrt",
                a -> (f, x) -> f.apply(Fn.Function.RECIPROCAL, f.apply(Fn.Function.SQRT, x)));
        add(t, "Clip", PointwiseOperators::clip);
        t.add("Round", List.of("x", "decimals"), PointwiseOperators::round);
        add(t, "Copy", a -> (f, x) -> x);
        add(t, "Cast", PointwiseOperators::cast);
        t.add(
                "StopGradient",
                List.of("variable"),
                a -> OperatorRule.pointwise(a.operand("variable"), Formula::stopGradient));
    }

    /** What a call does, given its configuration. */
    @FunctionalInterface
    private interface Maker {
        BiFunction<Formula, Value, Value> body(OperatorArguments a);
    }

    private static void add(OperatorTable t, String name, Maker maker) {
        t.add(name, X, a -> OperatorRule.pointwise(a.operand("x"), maker.body(a)));
    }

    private static void fn(OperatorTable t, Fn.Function function, String... names) {
        t.add(
                List.of(names),
                X,
                a -> OperatorRule.pointwise(a.operand("x"), (f, x) -> f.apply(function, x)));
    }

    private static void named(OperatorTable t, String name, ActivationFunction activation) {
        add(t, name, a -> activation::emit);
    }

    private static void activations(OperatorTable t) {
        named(t, "Relu", ActivationFunction.RELU);
        named(t, "Relu6", ActivationFunction.RELU6);
        named(t, "Selu", ActivationFunction.SELU);
        named(t, "Silu", ActivationFunction.SILU);
        named(t, "Sigmoid", ActivationFunction.SIGMOID);
        named(t, "Softplus", ActivationFunction.SOFTPLUS);
        named(t, "Softsign", ActivationFunction.SOFTSIGN);
        named(t, "Tanh", ActivationFunction.TANH);
        named(t, "TanhShrink", ActivationFunction.TANH_SHRINK);
        named(t, "HardSigmoid", ActivationFunction.HARD_SIGMOID);
        named(t, "HardSilu", ActivationFunction.HARD_SILU);
        named(t, "HardTanh", ActivationFunction.HARD_TANH);
        named(t, "LogSigmoid", ActivationFunction.LOG_SIGMOID);
        named(t, "SparsePlus", ActivationFunction.SPARSE_PLUS);
        named(t, "SparseSigmoid", ActivationFunction.SPARSE_SIGMOID);
        named(t, "Mish", ActivationFunction.MISH);
    }

    private static void parametric(OperatorTable t) {
        add(
                t,
                "LeakyRelu",
                a -> {
                    Fn fn = new Fn(Fn.Function.LEAKY_RELU, a.number("negative_slope", .2), 0);
                    return (f, x) -> f.apply(fn, x);
                });
        add(
                t,
                "Elu",
                a -> {
                    Fn fn = new Fn(Fn.Function.ELU, a.number("alpha", 1), 0);
                    return (f, x) -> f.apply(fn, x);
                });
        add(t, "Celu", a -> (f, x) -> Activations.celu(f, x, a.number("alpha", 1)));
        add(
                t,
                "Gelu",
                a -> {
                    Fn.Function function =
                            a.flag("approximate", true) ? Fn.Function.GELU_TANH : Fn.Function.GELU;
                    return (f, x) -> f.apply(function, x);
                });
        add(
                t,
                "ReLU",
                a -> {
                    Activations.ReluArguments r =
                            new Activations.ReluArguments(
                                    a.numberOrNull("max_value"),
                                    a.number("negative_slope", 0),
                                    a.number("threshold", 0));
                    return (f, x) -> Activations.relu(f, x, r);
                });
        add(t, "HardShrink", a -> (f, x) -> Activations.hardShrink(f, x, half(a)));
        add(t, "SoftShrink", a -> (f, x) -> Activations.softShrink(f, x, half(a)));
        add(t, "Squareplus", a -> (f, x) -> Activations.squareplus(f, x, a.number("b", 4)));
        add(
                t,
                "Threshold",
                a ->
                        (f, x) ->
                                Activations.threshold(
                                        f,
                                        x,
                                        a.number("threshold", 0),
                                        a.number("default_value", 0)));
    }

    private static double half(OperatorArguments a) {
        return a.number("threshold", .5);
    }

    private static void axiswise(OperatorTable t) {
        add(
                t,
                "LogSoftmax",
                a -> (f, x) -> Activations.logSoftmax(f, x, x.shape().axis(a.integer("axis", -1))));
        t.add(
                "Softmax",
                X,
                a -> {
                    Operand x = a.operand("x");
                    int axis = a.integer("axis", -1);
                    return OperatorRule.of(
                            shapes -> withAxis(a, x.shape(shapes), axis),
                            (l, values) -> {
                                Value v = x.value(l, values);
                                return Softmax.softmax(l, v, List.of(v.shape().axis(axis)));
                            });
                });
        t.add(
                "Glu",
                X,
                a -> {
                    int axis = a.integer("axis", -1);
                    return OperatorRule.unary(
                            a.operand("x"),
                            s -> Activations.halved(a.asking(), s, axis),
                            (f, x) -> Activations.glu(f, x, x.shape().axis(axis)));
                });
        add(
                t,
                "Sparsemax",
                a -> {
                    int axis = a.integer("axis", -1);
                    if (axis != -1) {
                        throw a.refuse("sparsemax runs over the last axis, -1, got " + axis);
                    }
                    return Activations::sparsemax;
                });
        add(t, "Normalize", PointwiseOperators::normalize);
    }

    private static Shape withAxis(OperatorArguments a, Shape shape, int axis) {
        InputAxes.resolve(a.asking(), shape, axis);
        return shape;
    }

    /** x / max(|x|, epsilon), of order 2. */
    private static BiFunction<Formula, Value, Value> normalize(OperatorArguments a) {
        if (a.integer("order", 2) != 2) {
            throw a.refuse("order must be 2, got " + a.raw("order"));
        }
        double epsilon = a.number("epsilon", 1e-7);
        List<Integer> axes = a.integers("axis") == null ? List.of(-1) : a.integers("axis");
        return (f, x) -> {
            List<Integer> over = axes.stream().map(x.shape()::axis).sorted().toList();
            Value squares = f.reduce(f.apply(Fn.Function.SQUARE, x), Reduce.Function.SUM, over);
            Value most = f.clip(squares, epsilon * epsilon, Float.MAX_VALUE);
            Value length = f.apply(Fn.Function.RECIPROCAL, f.apply(Fn.Function.SQRT, most));
            return f.combine(x, Binary.Function.MUL, length);
        };
    }

    private static OperatorRule round(OperatorArguments a) {
        double scale = Math.pow(10, a.integer("decimals", 0));
        return OperatorRule.pointwise(
                a.operand("x"),
                (f, x) ->
                        scale == 1
                                ? f.round(x)
                                : f.affine(f.round(f.affine(x, scale, 0)), 1 / scale, 0));
    }

    private static BiFunction<Formula, Value, Value> clip(OperatorArguments a) {
        double low = a.number("x_min", Double.NEGATIVE_INFINITY);
        double high = a.number("x_max", Double.POSITIVE_INFINITY);
        return (f, x) -> f.clip(x, low, high);
    }

    private static BiFunction<Formula, Value, Value> cast(OperatorArguments a) {
        String dtype = a.text("dtype", "float32");
        return switch (dtype) {
            case "float32" -> (f, x) -> x;
            case "bool" -> ComparisonOperators::truth;
            // cut to a whole number, which stays one of FLOAT32
            case "int32", "int64" -> Formula::truncate;
            default ->
                    throw a.refuse(
                            "casts to float32, bool, int32 or int64, got %s".formatted(dtype));
        };
    }
}
