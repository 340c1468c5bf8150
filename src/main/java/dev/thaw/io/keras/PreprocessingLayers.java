package dev.thaw.io.keras;

import dev.thaw.layer.Bounds;
import dev.thaw.layer.CenterCrop;
import dev.thaw.layer.FillMode;
import dev.thaw.layer.Interpolation;
import dev.thaw.layer.MovingImageLayer;
import dev.thaw.layer.RandomBrightness;
import dev.thaw.layer.RandomContrast;
import dev.thaw.layer.RandomCrop;
import dev.thaw.layer.RandomFlip;
import dev.thaw.layer.RandomImageLayer;
import dev.thaw.layer.RandomRotation;
import dev.thaw.layer.RandomTranslation;
import dev.thaw.layer.RandomZoom;
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
        registerRandom(t);
    }

    static void registerRandom(LayerTable t) {
        t.add(
                "RandomFlip",
                c ->
                        seeded(
                                c,
                                new RandomFlip(
                                        c.choice(
                                                "mode",
                                                RandomFlip.Direction.class,
                                                RandomFlip.Direction.HORIZONTAL_AND_VERTICAL))));
        t.add("RandomRotation", c -> moving(c, rotation(c)));
        t.add(
                "RandomZoom",
                c ->
                        moving(
                                c,
                                RandomZoom.of(
                                        factor(c, "height_factor"), factor(c, "width_factor"))));
        t.add(
                "RandomTranslation",
                c ->
                        moving(
                                c,
                                RandomTranslation.of(
                                        factor(c, "height_factor"), factor(c, "width_factor"))));
        t.add(
                "RandomContrast",
                c -> {
                    Object f = factor(c, "factor");
                    RandomContrast layer =
                            f instanceof Bounds b
                                    ? new RandomContrast(b)
                                    : new RandomContrast((Double) f);
                    return seeded(c, layer.valueRange(valueRange(c)));
                });
        t.add(
                "RandomBrightness",
                c -> {
                    Object f = factor(c, "factor");
                    RandomBrightness layer =
                            f instanceof Bounds b
                                    ? new RandomBrightness(b)
                                    : new RandomBrightness((Double) f);
                    return seeded(c, layer.valueRange(valueRange(c)));
                });
        t.add(
                "RandomCrop",
                c -> seeded(c, new RandomCrop(c.integer("height"), c.integer("width"))));
    }

    private static RandomRotation rotation(Config c) {
        Object f = factor(c, "factor");
        return f instanceof Bounds b ? new RandomRotation(b) : new RandomRotation((Double) f);
    }

    /** A number, or two of them in either order; null where absent. */
    private static Object factor(Config c, String key) {
        List<Double> given = c.numbers(key);
        if (given == null) {
            return null;
        }
        if (!c.json(key).isArray()) {
            return given.get(0);
        }
        if (given.size() != 2) {
            throw c.refuse(key, "must be one number or two", given.toString());
        }
        return new Bounds(
                Math.min(given.get(0), given.get(1)), Math.max(given.get(0), given.get(1)));
    }

    private static Bounds valueRange(Config c) {
        Object given = factor(c, "value_range");
        return given instanceof Bounds b ? b : new Bounds(0, 255);
    }

    private static <L extends RandomImageLayer<L>> L seeded(Config c, L layer) {
        Long seed = c.integer64("seed");
        layer.dataFormat(c.dataFormat());
        return seed == null ? layer : layer.seed(seed);
    }

    private static <L extends MovingImageLayer<L>> L moving(Config c, L layer) {
        layer.interpolation(c.choice("interpolation", Interpolation.class, Interpolation.BILINEAR));
        layer.fillMode(c.choice("fill_mode", FillMode.class, FillMode.REFLECT));
        layer.fillValue(c.number("fill_value", 0));
        return seeded(c, layer);
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
