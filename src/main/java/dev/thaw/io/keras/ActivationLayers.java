package dev.thaw.io.keras;

import dev.thaw.layer.Activation;
import dev.thaw.layer.ELU;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.LeakyReLU;
import dev.thaw.layer.PReLU;
import dev.thaw.layer.ReLU;
import dev.thaw.layer.Softmax;

import java.util.List;

/** Activations as layers. */
final class ActivationLayers {
    private ActivationLayers() {}

    static void register(LayerTable t) {
        t.add("Activation", c -> new Activation(c.activation("activation")));
        t.add("ReLU", ActivationLayers::relu);
        t.add(
                "LeakyReLU",
                // Keras 2 called it alpha
                c -> new LeakyReLU(c.number("negative_slope", c.number("alpha", .3))));
        t.add("ELU", c -> new ELU(c.number("alpha", 1)));
        t.add("PReLU", ActivationLayers::prelu);
        t.add("Softmax", ActivationLayers::softmax);
    }

    private static ReLU relu(Config c) {
        ReLU layer =
                new ReLU()
                        .negativeSlope(c.number("negative_slope", 0))
                        .threshold(c.number("threshold", 0));
        Double most = c.numberOrNull("max_value");
        return most == null ? layer : layer.maxValue(most);
    }

    private static PReLU prelu(Config c) {
        PReLU layer =
                new PReLU()
                        .alphaInitializer(c.initializer("alpha_initializer", Initializer.zeros()))
                        .alphaRegularizer(c.regularizer("alpha_regularizer"))
                        .alphaConstraint(c.constraint("alpha_constraint"));
        List<Integer> shared = c.integers("shared_axes");
        return shared == null
                ? layer
                : layer.sharedAxes(shared.stream().mapToInt(Integer::intValue).toArray());
    }

    private static Softmax softmax(Config c) {
        if (c.json("axis") != null && c.json("axis").isArray()) {
            return new Softmax(c.integers("axis").stream().mapToInt(Integer::intValue).toArray());
        }
        return new Softmax(c.integer("axis", -1));
    }
}
