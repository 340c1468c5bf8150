package dev.thaw.io.keras;

import dev.thaw.layer.BatchNormalization;
import dev.thaw.layer.BatchNormalizationConfig;
import dev.thaw.layer.Initializer;

/** Normalizations. */
final class NormalizationLayers {
    private NormalizationLayers() {}

    static void register(LayerTable t) {
        t.add(
                "BatchNormalization",
                c ->
                        new BatchNormalization(
                                BatchNormalizationConfig.DEFAULT
                                        .withAxis(axis(c))
                                        .withMomentum(c.number("momentum", .99))
                                        .withEpsilon(c.number("epsilon", 1e-3))
                                        .withCenter(c.bool("center", true))
                                        .withScale(c.bool("scale", true))
                                        .withInitializers(
                                                c.initializer(
                                                        "beta_initializer", Initializer.zeros()),
                                                c.initializer(
                                                        "gamma_initializer", Initializer.ones()))
                                        .withRegularizers(
                                                c.regularizer("beta_regularizer"),
                                                c.regularizer("gamma_regularizer"))));
    }

    /** One axis; Keras 2 wrote it as a list of one. */
    private static int axis(Config c) {
        return c.ignore("renorm_momentum", "moving_mean_initializer", "moving_variance_initializer")
                .integers("axis", 1, -1)
                .get(0);
    }
}
