package dev.thaw.op;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;

/** Writes formulas of several ops into a program. */
public final class Formula {
    private final Program program;

    /** Writes into this program. */
    public Formula(Program program) {
        this.program = program;
    }

    /** The program. */
    public Program program() {
        return program;
    }

    /** f(x). */
    public Value apply(Fn fn, Value x) {
        Value y = program.temp(fn.function().name().toLowerCase(java.util.Locale.ROOT), x.shape());
        program.emit(new Unary(x, y, fn));
        return y;
    }

    /** f(x) for a function without constants. */
    public Value apply(Fn.Function function, Value x) {
        return apply(Fn.of(function), x);
    }

    /** min(max(x, low), high). */
    public Value clip(Value x, double low, double high) {
        return apply(new Fn(Fn.Function.CLIP, low, high), x);
    }

    /** The nearest whole number; of two that are as near the even one. */
    public Value round(Value x) {
        Value above = affine(x, 1, .5);
        Value up = apply(Fn.Function.FLOOR, above);
        Value tie = program.temp("tie", x.shape());
        program.emit(new Equal(above, up, tie));
        Value half = apply(Fn.Function.FLOOR, affine(up, .5, 0));
        Value odd = combine(up, Binary.Function.SUB, affine(half, 2, 0));
        return combine(up, Binary.Function.SUB, combine(tie, Binary.Function.MUL, odd));
    }

    /** The whole number next to x on the side of 0. */
    public Value truncate(Value x) {
        Value size = apply(Fn.Function.FLOOR, apply(Fn.Function.ABS, x));
        return combine(apply(Fn.Function.SIGN, x), Binary.Function.MUL, size);
    }

    /** a (op) b, broadcast as {@link Binary} says. */
    public Value combine(Value a, Binary.Function function, Value b) {
        Shape shape = a.shape().broadcast(b.shape());
        Value y = program.temp(function.name().toLowerCase(java.util.Locale.ROOT), shape);
        program.emit(new Binary(a, b, y, function));
        return y;
    }

    /** scale x + shift. */
    public Value affine(Value x, double scale, double shift) {
        Value y = program.temp("affine", x.shape());
        program.emit(new Affine(x, y, scale, shift));
        return y;
    }

    /** x as numbers of FLOAT32. */
    public Value number(Value x) {
        if (x.dtype() == DType.FLOAT32) {
            return x;
        }
        Value y = program.temp(x.name(), x.shape());
        program.emit(new Cast(x, y));
        return y;
    }

    /** The same elements under another shape. */
    public Value reshape(Value x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        Value y = program.temp(x.name(), shape, x.dtype());
        program.emit(new Reshape(x, y));
        return y;
    }

    /** Axis i of the result is axis order[i] of x. */
    public Value transpose(Value x, List<Integer> order) {
        if (order.equals(x.shape().axes())) {
            return x;
        }
        Value y = program.temp("transposed", x.shape().pick(order), x.dtype());
        program.emit(new Transpose(x, y, order));
        return y;
    }

    /** The elements [begin, end) along one axis. */
    public Value slice(Value x, int axis, int begin, int end) {
        if (begin == 0 && end == x.shape().dim(axis)) {
            return x;
        }
        Integer[] at = new Integer[x.shape().rank()];
        Arrays.fill(at, 0);
        at[axis] = begin;
        Value y = program.temp("slice", x.shape().withDim(axis, end - begin), x.dtype());
        program.emit(new Slice(x, y, List.of(at)));
        return y;
    }

    /** A vector as a value that is combined along one axis with those of this rank. */
    public Value along(Value vector, int axis, int rank) {
        return reshape(vector, Shape.ones(rank).withDim(axis, vector.shape().dim(0)));
    }

    /** x repeated to a shape of the same rank, along axes where its extent is 1. */
    public Value repeat(Value x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        Value y = program.temp("repeated", shape);
        program.emit(new Broadcast(x, y, 1));
        return y;
    }

    /** x, taken as given: no gradient passes back. */
    public Value stopGradient(Value x) {
        Value y = program.temp(x.name(), x.shape());
        program.emit(new StopGradient(x, y));
        return y;
    }

    /** mask a + (1 - mask) b, where mask is 0 or 1; all three broadcast. */
    public Value select(Value mask, Value a, Value b) {
        Value chosen = combine(a, Binary.Function.MUL, mask);
        Value other = combine(b, Binary.Function.MUL, affine(mask, -1, 1));
        return combine(chosen, Binary.Function.ADD, other);
    }

    /** Sum, mean or maximum over some axes in [0, rank), which stay with extent 1. */
    public Value reduce(Value x, Reduce.Function function, List<Integer> axes) {
        Value y =
                program.temp(
                        function.name().toLowerCase(java.util.Locale.ROOT),
                        x.shape().reduced(axes));
        program.emit(new Reduce(x, y, function, axes));
        return y;
    }

    /** Sum, mean or maximum over the last axis, which stays with extent 1. */
    public Value reduceLast(Value x, Reduce.Function function) {
        return reduce(x, function, List.of(x.shape().rank() - 1));
    }

    /** The mean over the last axis, without that axis. */
    public Value meanLast(Value x) {
        Value kept = reduceLast(x, Reduce.Function.MEAN);
        return reshape(kept, x.shape().sub(0, x.shape().rank() - 1));
    }

    /** The sum of everything, as one number. */
    public Value sum(Value x) {
        int n = x.shape().extent(0, x.shape().rank());
        Value flat = reshape(x, Shape.of(1, n));
        return reshape(reduceLast(flat, Reduce.Function.SUM), Shape.scalar());
    }
}
