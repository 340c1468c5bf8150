package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/** y = f(x) for one of Keras's activations. x, y: any shape, the same (but for {@code glu}). */
public final class Activation extends UnaryLayer {
    private final ActivationFunction activation;

    /** Applies this function. */
    public Activation(ActivationFunction activation) {
        if (activation == null) {
            throw refuse(
                    "activation must be given; use ActivationFunction.LINEAR for the identity");
        }
        this.activation = activation;
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("activation", activation);
    }
}
