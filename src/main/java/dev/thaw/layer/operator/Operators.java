package dev.thaw.layer.operator;

import dev.thaw.layer.Symbol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's functions on symbols, for graphs: {@code Operators.multiply(x, 2)} is what {@code x * 2}
 * is in Keras, and is written to files just so.
 */
public final class Operators {
    private static final String NUMPY = "keras.src.ops.numpy";
    private static final String NN = "keras.src.ops.nn";

    private Operators() {}

    /** x + y, broadcast as in NumPy. */
    public static Symbol add(Symbol x, Symbol y) {
        return pair("Add", x, y);
    }

    /** x + number. */
    public static Symbol add(Symbol x, double number) {
        return number("Add", x, number);
    }

    /** x - y, broadcast as in NumPy. */
    public static Symbol subtract(Symbol x, Symbol y) {
        return pair("Subtract", x, y);
    }

    /** x - number. */
    public static Symbol subtract(Symbol x, double number) {
        return number("Subtract", x, number);
    }

    /** number - x. */
    public static Symbol subtract(double number, Symbol x) {
        return numberFirst("Subtract", number, x);
    }

    /** x y, broadcast as in NumPy. */
    public static Symbol multiply(Symbol x, Symbol y) {
        return pair("Multiply", x, y);
    }

    /** x number. */
    public static Symbol multiply(Symbol x, double number) {
        return number("Multiply", x, number);
    }

    /** x / y, broadcast as in NumPy. */
    public static Symbol divide(Symbol x, Symbol y) {
        return pair("TrueDivide", x, y);
    }

    /** x / number. */
    public static Symbol divide(Symbol x, double number) {
        return number("TrueDivide", x, number);
    }

    /** number / x. */
    public static Symbol divide(double number, Symbol x) {
        return numberFirst("TrueDivide", number, x);
    }

    /** x to a power; a power that is neither whole nor half of a whole number needs x above 0. */
    public static Symbol power(Symbol x, double exponent) {
        return number("Power", x, exponent);
    }

    /** The larger of x and y, broadcast as in NumPy. */
    public static Symbol maximum(Symbol x, Symbol y) {
        return pair("Maximum", x, y);
    }

    /** The larger of x and a number. */
    public static Symbol maximum(Symbol x, double number) {
        return number("Maximum", x, number);
    }

    /** The smaller of x and y, broadcast as in NumPy. */
    public static Symbol minimum(Symbol x, Symbol y) {
        return pair("Minimum", x, y);
    }

    /** The smaller of x and a number. */
    public static Symbol minimum(Symbol x, double number) {
        return number("Minimum", x, number);
    }

    /** 1 where x is not this number, else 0: a mask. */
    public static Symbol notEqual(Symbol x, double number) {
        return number("NotEqual", x, number);
    }

    /** 1 where x is above a number, else 0. */
    public static Symbol greater(Symbol x, double number) {
        return number("Greater", x, number);
    }

    /** 1 where x is below a number, else 0. */
    public static Symbol less(Symbol x, double number) {
        return number("Less", x, number);
    }

    /** -x. */
    public static Symbol negative(Symbol x) {
        return one(NUMPY, "Negative", Map.of(), x);
    }

    /** |x|. */
    public static Symbol absolute(Symbol x) {
        return one(NUMPY, "Absolute", Map.of(), x);
    }

    /** e^x. */
    public static Symbol exp(Symbol x) {
        return one(NUMPY, "Exp", Map.of(), x);
    }

    /** ln x. */
    public static Symbol log(Symbol x) {
        return one(NUMPY, "Log", Map.of(), x);
    }

    /** The square root of x. */
    public static Symbol sqrt(Symbol x) {
        return one(NUMPY, "Sqrt", Map.of(), x);
    }

    /** x^2. */
    public static Symbol square(Symbol x) {
        return one(NUMPY, "Square", Map.of(), x);
    }

    /** min(max(x, low), high). */
    public static Symbol clip(Symbol x, double low, double high) {
        return one(NUMPY, "Clip", ordered("x_min", low, "x_max", high), x);
    }

    /** max(x, 0). */
    public static Symbol relu(Symbol x) {
        return one(NN, "Relu", Map.of(), x);
    }

    /** 1 / (1 + e^-x). */
    public static Symbol sigmoid(Symbol x) {
        return one(NN, "Sigmoid", Map.of(), x);
    }

    /** e^x_i / sum_k e^x_k over one axis. */
    public static Symbol softmax(Symbol x, int axis) {
        return one(NN, "Softmax", Map.of("axis", axis), x);
    }

    /** The sum over axes, which go, or stay with extent 1. */
    public static Symbol sum(Symbol x, boolean keepdims, int... axes) {
        return reduce("Sum", x, keepdims, axes);
    }

    /** The mean over axes, which go, or stay with extent 1. */
    public static Symbol mean(Symbol x, boolean keepdims, int... axes) {
        return reduce("Mean", x, keepdims, axes);
    }

    /** The largest over axes, which go, or stay with extent 1. */
    public static Symbol max(Symbol x, boolean keepdims, int... axes) {
        return reduce("Max", x, keepdims, axes);
    }

    private static Symbol reduce(String name, Symbol x, boolean keepdims, int... axes) {
        Map<String, Object> config = ordered("axis", list(axes), "keepdims", keepdims);
        if (name.equals("Max")) {
            config.put("initial", null);
        }
        return one(NUMPY, name, config, x);
    }

    /** The same numbers in another shape, batch included; one extent may be -1. */
    public static Symbol reshape(Symbol x, int... shape) {
        return one(NUMPY, "Reshape", Map.of("newshape", list(shape)), x);
    }

    /** Axis i of the result is axis axes[i] of x. */
    public static Symbol transpose(Symbol x, int... axes) {
        return one(NUMPY, "Transpose", Map.of("axes", list(axes)), x);
    }

    /** A new axis of extent 1. */
    public static Symbol expandDims(Symbol x, int axis) {
        return one(NUMPY, "ExpandDims", Map.of("axis", axis), x);
    }

    /** Without an axis, whose extent is 1. */
    public static Symbol squeeze(Symbol x, int axis) {
        return one(NUMPY, "Squeeze", Map.of("axis", axis), x);
    }

    /** Side by side along an axis. */
    public static Symbol concatenate(int axis, Symbol... xs) {
        List<Object> places = new ArrayList<>();
        for (int i = 0; i < xs.length; i++) {
            places.add(new Operator.Placeholder(i));
        }
        return new Operator(
                        new Operator.Call(
                                NUMPY,
                                "Concatenate",
                                Map.of("axis", axis),
                                List.of(places),
                                Map.of()))
                .apply(Arrays.asList(xs));
    }

    /** The product of matrices, sample by sample. */
    public static Symbol matmul(Symbol x, Symbol y) {
        return pair("Matmul", x, y);
    }

    /**
     * {@code x[:, .., start:stop, ..]}: a part of one axis; null bounds are those of the axis, and
     * negative ones count from its end.
     */
    public static Symbol slice(Symbol x, int axis, Integer start, Integer stop) {
        List<Object> key = new ArrayList<>();
        int at = x.shape().axis(axis);
        for (int i = 0; i < at; i++) {
            key.add(new Operator.Range(null, null, null));
        }
        key.add(new Operator.Range(start, stop, null));
        return new Operator(
                        new Operator.Call(
                                NUMPY,
                                "GetItem",
                                Map.of(),
                                Arrays.asList(new Operator.Placeholder(0), key),
                                Map.of()))
                .apply(x);
    }

    private static List<Integer> list(int... numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private static Map<String, Object> ordered(String k1, Object v1, String k2, Object v2) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(k1, v1);
        map.put(k2, v2);
        return map;
    }

    private static Symbol one(String module, String name, Map<String, Object> config, Symbol x) {
        List<Object> args = List.of(new Operator.Placeholder(0));
        return new Operator(new Operator.Call(module, name, config, args, Map.of())).apply(x);
    }

    private static Symbol pair(String name, Symbol x, Symbol y) {
        List<Object> args = List.of(new Operator.Placeholder(0), new Operator.Placeholder(1));
        return new Operator(new Operator.Call(NUMPY, name, Map.of(), args, Map.of()))
                .apply(List.of(x, y));
    }

    private static Symbol number(String name, Symbol x, double number) {
        List<Object> args = List.of(new Operator.Placeholder(0), number);
        return new Operator(new Operator.Call(NUMPY, name, Map.of(), args, Map.of())).apply(x);
    }

    private static Symbol numberFirst(String name, double number, Symbol x) {
        List<Object> args = List.of(number, new Operator.Placeholder(0));
        return new Operator(new Operator.Call(NUMPY, name, Map.of(), args, Map.of())).apply(x);
    }
}
