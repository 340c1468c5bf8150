package dev.thaw.layer.activation;

import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Fn;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;

/**
 * A layer that does the same to each element on its own, and passes masks on.
 *
 * @param <S> the layer itself
 */
public abstract class Elementwise<S extends Elementwise<S>> extends UnaryLayer<S> {
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
