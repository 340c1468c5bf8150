package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/** A layer that applies functions to each element on its own. */
abstract class Elementwise extends UnaryLayer {
    @Override
    protected final Shape outputShape(Shape input) {
        return input;
    }

    /** Emits y = f(x). */
    static Value emit(Lowering l, Value x, Fn fn) {
        Value y = l.temp("activated", x.shape());
        l.emit(new Unary(x, y, fn));
        return y;
    }

    @Override
    public final boolean supportsMasking() {
        return true;
    }
}
