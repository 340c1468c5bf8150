package dev.thaw.layer.activation;

import dev.thaw.layer.UnaryLayer;

/**
 * A layer that does the same to each element on its own, and passes masks on.
 *
 * @param <S> the layer itself
 */
public abstract class Elementwise<S extends Elementwise<S>> extends UnaryLayer<S> {
    @Override
    public final boolean supportsMasking() {
        return true;
    }
}
