package dev.thaw.op;

import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Writes elementwise formulas into a program, for losses, metrics, regularizers and constraints.
 */
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
        Value y = program.temp(fn.kind().name().toLowerCase(java.util.Locale.ROOT), x.shape());
        program.emit(new Unary(x, y, fn));
        return y;
    }

    /** f(x) for a function without constants. */
    public Value apply(Fn.Kind kind, Value x) {
        return apply(Fn.of(kind), x);
    }

    /** min(max(x, low), high). */
    public Value clip(Value x, double low, double high) {
        return apply(new Fn(Fn.Kind.CLIP, low, high), x);
    }

    /** a (op) b, where b has a's shape or extents of 1. */
    public Value combine(Value a, Binary.Kind kind, Value b) {
        Value y = program.temp(kind.name().toLowerCase(java.util.Locale.ROOT), a.shape());
        program.emit(new Binary(a, b, y, kind));
        return y;
    }

    /** scale x + shift. */
    public Value affine(Value x, double scale, double shift) {
        Value y = program.temp("affine", x.shape());
        program.emit(new Affine(x, y, scale, shift));
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

    /** Sum, mean or maximum over some axes in [0, rank), which stay with extent 1. */
    public Value reduce(Value x, Reduce.Kind kind, List<Integer> axes) {
        Shape kept = x.shape();
        for (int axis : axes) {
            kept = kept.withDim(axis, 1);
        }
        Value y = program.temp(kind.name().toLowerCase(java.util.Locale.ROOT), kept);
        program.emit(new Reduce(x, y, kind, axes));
        return y;
    }

    /** Sum, mean or maximum over the last axis, which stays with extent 1. */
    public Value reduceLast(Value x, Reduce.Kind kind) {
        return reduce(x, kind, List.of(x.shape().rank() - 1));
    }

    /** The mean over the last axis, without that axis. */
    public Value meanLast(Value x) {
        Value kept = reduceLast(x, Reduce.Kind.MEAN);
        return reshape(kept, x.shape().sub(0, x.shape().rank() - 1));
    }

    /** The sum of everything, as one number. */
    public Value sum(Value x) {
        int n = Math.toIntExact(x.size());
        Value flat = reshape(x, Shape.of(1, n));
        return reshape(reduceLast(flat, Reduce.Kind.SUM), Shape.scalar());
    }
}
