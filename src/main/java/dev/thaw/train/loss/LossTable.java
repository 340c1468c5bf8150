package dev.thaw.train.loss;

import dev.thaw.train.Settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes losses from Keras's names, aliases and configurations. */
final class LossTable {
    private static final Map<String, Function<Settings, Loss>> CLASSES = new LinkedHashMap<>();

    /** Functions whose names are not their class's in lower case, and short names. */
    private static final Map<String, String> ALIASES =
            Map.of(
                    "mse", "mean_squared_error",
                    "mae", "mean_absolute_error",
                    "mape", "mean_absolute_percentage_error",
                    "msle", "mean_squared_logarithmic_error",
                    "bce", "binary_crossentropy",
                    "kld", "kl_divergence",
                    "kullback_leibler_divergence", "kl_divergence",
                    "logcosh", "log_cosh",
                    "huber", "huber_loss");

    /** What Keras makes of a function. */
    private static final String WRAPPER = "LossFunctionWrapper";

    static {
        CLASSES.put("MeanSquaredError", s -> new MeanSquaredError());
        CLASSES.put("MeanAbsoluteError", s -> new MeanAbsoluteError());
        CLASSES.put("MeanAbsolutePercentageError", s -> new MeanAbsolutePercentageError());
        CLASSES.put("MeanSquaredLogarithmicError", s -> new MeanSquaredLogarithmicError());
        CLASSES.put("Huber", s -> new Huber(s.number("delta", 1)));
        CLASSES.put("LogCosh", s -> new LogCosh());
        CLASSES.put("CosineSimilarity", s -> new CosineSimilarity(axis(s)));
        CLASSES.put("KLDivergence", s -> new KLDivergence());
        CLASSES.put("Poisson", s -> new Poisson());
        CLASSES.put("Hinge", s -> new Hinge());
        CLASSES.put("SquaredHinge", s -> new SquaredHinge());
        CLASSES.put("CategoricalHinge", s -> new CategoricalHinge());
        CLASSES.put(
                "BinaryCrossentropy",
                s -> new BinaryCrossentropy(logits(s), smoothing(s), axis(s)));
        CLASSES.put("BinaryFocalCrossentropy", LossTable::binaryFocal);
        CLASSES.put(
                "CategoricalCrossentropy",
                s -> new CategoricalCrossentropy(logits(s), smoothing(s), axis(s)));
        CLASSES.put(
                "CategoricalFocalCrossentropy",
                s ->
                        new CategoricalFocalCrossentropy(
                                s.number("alpha", .25),
                                s.number("gamma", 2),
                                logits(s),
                                smoothing(s),
                                axis(s)));
        CLASSES.put("SparseCategoricalCrossentropy", LossTable::sparse);
        CLASSES.put(WRAPPER, s -> of(s.function()));
        CLASSES.put("Dice", s -> new Dice(axes(s)));
        CLASSES.put(
                "Tversky", s -> new Tversky(s.number("alpha", .5), s.number("beta", .5), axes(s)));
    }

    private LossTable() {}

    static Loss of(String name) {
        if (CLASSES.containsKey(name)) {
            return of(name, Map.of());
        }
        // the upper case of the short names is Keras's too
        String lower = name.equals(name.toUpperCase(java.util.Locale.ROOT)) ? lower(name) : name;
        String function = ALIASES.getOrDefault(lower, lower);
        for (String className : CLASSES.keySet()) {
            Loss loss = className.equals(WRAPPER) ? null : of(className, Map.of());
            if (loss != null && loss.name().equals(function)) {
                return new Variant(loss, loss.name(), loss.reduction(), name);
            }
        }
        throw unknown(name);
    }

    private static String lower(String name) {
        return name.toLowerCase(java.util.Locale.ROOT);
    }

    static Loss of(String className, Map<String, ?> config) {
        Function<Settings, Loss> maker = CLASSES.get(className);
        if (maker == null) {
            throw unknown(className);
        }
        Settings s = new Settings("loss " + className, config);
        Loss made = maker.apply(s);
        String name = s.text("name", made.name());
        String reduction = s.text("reduction", made.reduction().kerasName());
        s.ignore("dtype");
        if (!name.equals(made.name())) {
            made = made.named(name);
        }
        return s.finish(
                reduction.equals(made.reduction().kerasName())
                        ? made
                        : made.withReduction(Reduction.of(reduction)));
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "loss: there is no '" + name + "'; there are " + CLASSES.keySet());
    }

    private static boolean logits(Settings s) {
        return s.flag("from_logits", false);
    }

    private static double smoothing(Settings s) {
        return s.number("label_smoothing", 0);
    }

    private static int axis(Settings s) {
        return s.integer("axis", -1);
    }

    private static List<Integer> axes(Settings s) {
        if (s.object("axis", Object.class, null) instanceof List<?>) {
            return s.numbers("axis").stream().map(Double::intValue).toList();
        }
        Integer axis = s.integer("axis");
        return axis == null ? List.of() : List.of(axis);
    }

    private static Loss binaryFocal(Settings s) {
        return new BinaryFocalCrossentropy(
                s.flag("apply_class_balancing", false),
                s.number("alpha", .25),
                s.number("gamma", 2),
                logits(s),
                smoothing(s),
                axis(s));
    }

    private static Loss sparse(Settings s) {
        if (axis(s) != -1) {
            throw s.refuse("axis", "must be -1, as on TensorFlow", axis(s));
        }
        return new SparseCategoricalCrossentropy(logits(s), s.integer("ignore_class"));
    }
}
