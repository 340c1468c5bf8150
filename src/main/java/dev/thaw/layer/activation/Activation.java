package dev.thaw.layer.activation;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/** y = f(x) for one of Keras's activations. x, y: any shape, the same (but for {@code glu}). */
public final class Activation extends UnaryLayer<Activation> {
    private ActivationFunction activation;

    /** A layer whose function is still to be given. */
    public Activation() {}

    /** Applies this function. */
    public Activation(ActivationFunction activation) {
        activation(activation);
    }

    @Override
    protected void properties(Properties p) {
        activation = p.object("activation", ActivationFunction.class, activation);
    }

    /** The function; it must be given, there is no default. */
    public Activation activation(ActivationFunction value) {
        return with("activation", value);
    }

    /** The function. */
    ActivationFunction function() {
        return activation;
    }

    @Override
    protected Shape outputShape(Shape input) {
        return activation.outputShape(this, input);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return activation.lowerToOutputShape(l, x);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
