package dev.thaw.layer;

import dev.thaw.op.Value;

import java.util.Map;

/** y = f(x) for one of Keras's activations. x, y: any shape, the same. */
public final class Activation extends Elementwise {
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
    protected Value lower(Lowering l, Value x) {
        return activation.lower(l, x);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("activation", activation);
    }
}
