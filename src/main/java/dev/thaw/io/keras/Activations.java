package dev.thaw.io.keras;

import dev.thaw.layer.ActivationFunction;

/** Activations by Keras's names. */
final class Activations {
    private Activations() {}

    static ActivationFunction of(String name) {
        for (java.lang.reflect.Field f : ActivationFunction.class.getFields()) {
            try {
                if (f.get(null) instanceof ActivationFunction a && a.name().equals(name)) {
                    return a;
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalArgumentException("Thaw has no activation '" + name + "'");
    }
}
