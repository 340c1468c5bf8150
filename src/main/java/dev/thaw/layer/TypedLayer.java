package dev.thaw.layer;

import dev.thaw.layer.weight.Regularizer;

/**
 * A layer whose setters return its own type, so that a chain of them never ends early.
 *
 * @param <S> the layer itself
 */
public abstract class TypedLayer<S extends TypedLayer<S>> extends Layer {
    /** A layer under Keras's automatic name. */
    protected TypedLayer() {}

    /** A layer under the automatic name of another class of Keras's than its own. */
    protected TypedLayer(String className) {
        super(className);
    }

    /** The layer itself, by its own type. */
    @SuppressWarnings("unchecked")
    protected final S self() {
        return (S) this;
    }

    /** {@link #set} for a setter: {@code return with("units", value)}. */
    protected final S with(String key, Object value) {
        set(key, value);
        return self();
    }

    @Override
    public final S named(String name) {
        super.named(name);
        return self();
    }

    /** {@link #setTrainable}; returns the layer. */
    public final S trainable(boolean value) {
        setTrainable(value);
        return self();
    }

    @Override
    public final S freeze() {
        super.freeze();
        return self();
    }

    @Override
    public final S thaw() {
        super.thaw();
        return self();
    }

    @Override
    public final S activityRegularizer(Regularizer value) {
        super.activityRegularizer(value);
        return self();
    }
}
