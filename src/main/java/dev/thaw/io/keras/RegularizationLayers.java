package dev.thaw.io.keras;

import dev.thaw.layer.ActivityRegularization;
import dev.thaw.layer.AlphaDropout;
import dev.thaw.layer.Dropout;
import dev.thaw.layer.GaussianDropout;
import dev.thaw.layer.GaussianNoise;
import dev.thaw.layer.Layer;
import dev.thaw.layer.SpatialDropout1D;
import dev.thaw.layer.SpatialDropout2D;
import dev.thaw.layer.SpatialDropout3D;

import java.util.function.LongFunction;

/** Dropout, noise, and what adds to the loss alone. */
final class RegularizationLayers {
    private RegularizationLayers() {}

    static void register(LayerTable t) {
        t.add("Dropout", RegularizationLayers::dropout);
        t.add("AlphaDropout", RegularizationLayers::alphaDropout);
        t.add("GaussianDropout", RegularizationLayers::gaussianDropout);
        t.add("GaussianNoise", RegularizationLayers::gaussianNoise);
        t.add("SpatialDropout1D", RegularizationLayers::spatialDropout1D);
        t.add("SpatialDropout2D", RegularizationLayers::spatialDropout2D);
        t.add("SpatialDropout3D", RegularizationLayers::spatialDropout3D);
        t.add(
                "ActivityRegularization",
                c -> new ActivityRegularization(c.number("l1", 0), c.number("l2", 0)));
    }

    /** The seed, where the file has one. */
    private static Layer seeded(Config c, Layer layer, LongFunction<? extends Layer> withSeed) {
        Long seed = c.integer64("seed");
        return seed == null ? layer : withSeed.apply(seed);
    }

    private static double rate(Config c) {
        return c.number("rate", .5);
    }

    private static Layer dropout(Config c) {
        Dropout layer = new Dropout(rate(c)).noiseShape(c.shape("noise_shape"));
        return seeded(c, layer, layer::seed);
    }

    private static Layer alphaDropout(Config c) {
        AlphaDropout layer = new AlphaDropout(rate(c)).noiseShape(c.shape("noise_shape"));
        return seeded(c, layer, layer::seed);
    }

    private static Layer gaussianDropout(Config c) {
        GaussianDropout layer = new GaussianDropout(rate(c));
        return seeded(c, layer, layer::seed);
    }

    private static Layer gaussianNoise(Config c) {
        GaussianNoise layer = new GaussianNoise(c.number("stddev", 0));
        return seeded(c, layer, layer::seed);
    }

    private static Layer spatialDropout1D(Config c) {
        SpatialDropout1D layer = new SpatialDropout1D(rate(c));
        return seeded(c, layer, layer::seed);
    }

    private static Layer spatialDropout2D(Config c) {
        SpatialDropout2D layer = new SpatialDropout2D(rate(c)).dataFormat(c.dataFormat());
        return seeded(c, layer, layer::seed);
    }

    private static Layer spatialDropout3D(Config c) {
        SpatialDropout3D layer = new SpatialDropout3D(rate(c)).dataFormat(c.dataFormat());
        return seeded(c, layer, layer::seed);
    }
}
