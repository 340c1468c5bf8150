package dev.thaw.io.keras;

import dev.thaw.layer.Initializer;
import dev.thaw.layer.Initializer.Distribution;
import dev.thaw.layer.Initializer.Fan;

/** Initializers by Keras's names. */
final class Initializers {
    private Initializers() {}

    static Initializer read(String name, Config c) {
        Long seed = c.integer64("seed");
        Initializer made = make(name, c);
        // TensorFlow's own type, which says nothing that the weight's does not
        c.ignore("dtype", "input_axes", "output_axes");
        c.finish();
        return seed == null ? made : made.withSeed(seed);
    }

    private static Initializer make(String name, Config c) {
        return switch (name) {
            case "Zeros" -> Initializer.zeros();
            case "Ones" -> Initializer.ones();
            case "Constant" -> Initializer.constant(c.number("value", 0));
            case "RandomNormal" ->
                    Initializer.randomNormal(c.number("mean", 0), c.number("stddev", .05));
            case "TruncatedNormal" ->
                    Initializer.truncatedNormal(c.number("mean", 0), c.number("stddev", .05));
            case "RandomUniform" ->
                    Initializer.randomUniform(c.number("minval", -.05), c.number("maxval", .05));
            case "VarianceScaling" -> varianceScaling(c);
            case "GlorotUniform" -> Initializer.glorotUniform();
            case "GlorotNormal" -> Initializer.glorotNormal();
            case "HeUniform" -> Initializer.heUniform();
            case "HeNormal" -> Initializer.heNormal();
            case "LecunUniform" -> Initializer.lecunUniform();
            case "LecunNormal" -> Initializer.lecunNormal();
            case "Orthogonal", "OrthogonalInitializer" ->
                    Initializer.orthogonal(c.number("gain", 1));
            case "Identity", "IdentityInitializer" -> Initializer.identity(c.number("gain", 1));
            default -> throw new IllegalArgumentException("Thaw has no initializer " + name);
        };
    }

    private static Initializer varianceScaling(Config c) {
        Fan fan =
                switch (c.string("mode", "fan_in")) {
                    case "fan_in" -> Fan.IN;
                    case "fan_out" -> Fan.OUT;
                    case "fan_avg" -> Fan.AVERAGE;
                    default ->
                            throw c.refuse(
                                    "mode", "must be fan_in, fan_out or fan_avg", c.string("mode"));
                };
        Distribution distribution =
                c.string("distribution", "truncated_normal").equals("normal")
                        ? Distribution.TRUNCATED_NORMAL
                        : c.choice(
                                "distribution", Distribution.class, Distribution.TRUNCATED_NORMAL);
        return Initializer.varianceScaling(c.number("scale", 1), fan, distribution);
    }
}
