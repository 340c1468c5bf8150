package dev.thaw.io.keras;

import dev.thaw.layer.Dense;
import dev.thaw.layer.Embedding;
import dev.thaw.layer.Identity;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Masking;
import dev.thaw.layer.TimeDistributed;
import dev.thaw.layer.WeightOptions;

/** Dense and its like. */
final class CoreLayers {
    private CoreLayers() {}

    static void register(LayerTable t) {
        t.add(
                "Dense",
                c ->
                        new Dense(c.integer("units"))
                                .activation(c.activation("activation"))
                                .useBias(c.bool("use_bias", true))
                                .kernelInitializer(
                                        c.initializer(
                                                "kernel_initializer", Initializer.glorotUniform()))
                                .biasInitializer(
                                        c.initializer("bias_initializer", Initializer.zeros()))
                                .kernelRegularizer(c.regularizer("kernel_regularizer"))
                                .biasRegularizer(c.regularizer("bias_regularizer"))
                                .activityRegularizer(c.regularizer("activity_regularizer"))
                                .kernelConstraint(c.constraint("kernel_constraint"))
                                .biasConstraint(c.constraint("bias_constraint")));
        t.add("Embedding", CoreLayers::embedding);
        t.add("Identity", c -> new Identity());
        t.add("Masking", c -> new Masking(c.number("mask_value", 0)));
        t.add("TimeDistributed", c -> new TimeDistributed(c.layer("layer")));
    }

    private static Embedding embedding(Config c) {
        c.ignore("input_length"); // Keras 2 checked it
        return new Embedding(c.integer("input_dim"), c.integer("output_dim"))
                .embeddings(
                        new WeightOptions(
                                c.initializer(
                                        "embeddings_initializer",
                                        Initializer.randomUniform(-.05, .05)),
                                c.regularizer("embeddings_regularizer"),
                                c.constraint("embeddings_constraint")))
                .maskZero(c.bool("mask_zero", false));
    }
}
