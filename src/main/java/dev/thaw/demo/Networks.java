package dev.thaw.demo;

import static dev.thaw.layer.activation.ActivationFunction.RELU;
import static dev.thaw.layer.activation.ActivationFunction.SOFTMAX;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The networks of the demonstration. */
final class Networks {
    private Networks() {}

    /**
     * Géron's net: 784, BN, 300, BN, 100, BN, 10 with 271,346 parameters, 2,368 of them moving
     * statistics.
     */
    static Sequential geron() {
        return new Sequential(
                        Input.of(784),
                        new BatchNormalization(),
                        new Dense(300, RELU),
                        new BatchNormalization(),
                        new Dense(100, RELU),
                        new BatchNormalization(),
                        new Dense(10, SOFTMAX))
                .named("geron");
    }

    /**
     * A model that real Keras trained on the digits 0-4: a small depthwise-separable {@code base}
     * (28x28x1 in, 7x7x96 out) under its first head. {@code src/test/python/pretrained_base.py}
     * made it.
     */
    static Model pretrained() {
        String name = "pretrained.keras";
        try (InputStream in = Networks.class.getResourceAsStream(name)) {
            return KerasFiles.load(in, name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " in the jar", e);
        }
    }

    /**
     * The base under a new head.
     *
     * @param baked the mode that the base is called in, or null to leave it to the caller
     */
    static Model transfer(Model base, Mode baked) {
        Symbol x = Input.named("image", 28, 28, 1);
        Symbol y = baked == null ? base.apply(x) : base.apply(x, baked);
        y = new Flatten().named("flatten").apply(y);
        y = new Dropout(.5).named("head_dropout").apply(y);
        y = new Dense(5, SOFTMAX).named("head").apply(y);
        return new Model(x, y).named("transfer");
    }
}
