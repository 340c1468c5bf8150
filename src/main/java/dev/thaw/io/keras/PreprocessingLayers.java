package dev.thaw.io.keras;

import dev.thaw.layer.CenterCrop;
import dev.thaw.layer.Interpolation;
import dev.thaw.layer.Rescaling;
import dev.thaw.layer.Resizing;

import java.util.List;

/** What stands in front of a network. */
final class PreprocessingLayers {
    private PreprocessingLayers() {}

    static void register(LayerTable t) {
        t.add("Rescaling", PreprocessingLayers::rescaling);
        t.add("Resizing", PreprocessingLayers::resizing);
        t.add(
                "CenterCrop",
                c ->
                        new CenterCrop(c.integer("height"), c.integer("width"))
                                .dataFormat(c.dataFormat()));
    }

    private static Resizing resizing(Config c) {
        return new Resizing(c.integer("height"), c.integer("width"))
                .interpolation(
                        c.choice("interpolation", Interpolation.class, Interpolation.BILINEAR))
                .cropToAspectRatio(c.bool("crop_to_aspect_ratio", false))
                .padToAspectRatio(c.bool("pad_to_aspect_ratio", false))
                .fillValue(c.require("fill_mode", "constant").number("fill_value", 0))
                .antialias(c.bool("antialias", false))
                .dataFormat(c.dataFormat());
    }

    /** Numbers, or a list of one per channel in either place. */
    private static Rescaling rescaling(Config c) {
        boolean lists =
                c.has("scale") && c.json("scale").isArray()
                        || c.has("offset") && c.json("offset").isArray();
        if (!lists) {
            return new Rescaling(c.number("scale", 1), c.number("offset", 0));
        }
        return new Rescaling(numbers(c, "scale", 1), numbers(c, "offset", 0));
    }

    private static double[] numbers(Config c, String key, double otherwise) {
        List<Double> given = c.numbers(key);
        return given == null
                ? new double[] {otherwise}
                : given.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
