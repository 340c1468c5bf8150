package dev.thaw.train.metric;

import dev.thaw.train.Settings;
import dev.thaw.train.loss.Loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Makes metrics from Keras's names, aliases and configurations. */
final class MetricTable {
    private static final Map<String, Function<Settings, Metric>> CLASSES = new LinkedHashMap<>();

    /** Losses that Keras has as metrics; the log-cosh has another name there. */
    private static final List<String> LOSSES =
            List.of(
                    "MeanSquaredError",
                    "MeanAbsoluteError",
                    "MeanAbsolutePercentageError",
                    "MeanSquaredLogarithmicError",
                    "CosineSimilarity",
                    "KLDivergence",
                    "Poisson",
                    "Hinge",
                    "SquaredHinge",
                    "CategoricalHinge",
                    "BinaryCrossentropy",
                    "CategoricalCrossentropy",
                    "SparseCategoricalCrossentropy");

    private static final Map<String, String> SHORT =
            Map.of(
                    "mse", "mean_squared_error",
                    "mae", "mean_absolute_error",
                    "mape", "mean_absolute_percentage_error",
                    "msle", "mean_squared_logarithmic_error",
                    "bce", "binary_crossentropy");

    /** What Keras makes of a function. */
    private static final String WRAPPER = "MeanMetricWrapper";

    static {
        CLASSES.put("Accuracy", s -> new Accuracy());
        CLASSES.put("BinaryAccuracy", s -> new BinaryAccuracy(s.number("threshold", .5)));
        CLASSES.put("CategoricalAccuracy", s -> new CategoricalAccuracy());
        CLASSES.put("SparseCategoricalAccuracy", s -> new SparseCategoricalAccuracy());
        CLASSES.put("TopKCategoricalAccuracy", s -> new TopKCategoricalAccuracy(k(s)));
        CLASSES.put("SparseTopKCategoricalAccuracy", s -> new SparseTopKCategoricalAccuracy(k(s)));
        CLASSES.put("RootMeanSquaredError", s -> new RootMeanSquaredError());
        CLASSES.put("Precision", s -> new Precision(s.number("thresholds", .5)));
        CLASSES.put("Recall", s -> new Recall(s.number("thresholds", .5)));
        CLASSES.put(WRAPPER, s -> of(s.function()));
        for (String loss : LOSSES) {
            CLASSES.put(loss, s -> new MeanLoss(s.take(config -> Loss.of(loss, config))));
        }
        CLASSES.put(
                "LogCoshError",
                s -> new MeanLoss(s.take(config -> Loss.of("LogCosh", config)).named("logcosh")));
    }

    private MetricTable() {}

    static Metric of(String name) {
        if (name.toLowerCase(Locale.ROOT).matches("acc|accuracy")) {
            return name.equals("accuracy") ? new Accuracy() : new Named(new Accuracy(), name, name);
        }
        String function = SHORT.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        for (String className : CLASSES.keySet()) {
            Metric metric = className.equals(WRAPPER) ? null : of(className, Map.of());
            if (metric != null && (className.equals(name) || metric.name().equals(function))) {
                return new Named(metric, name, name);
            }
        }
        throw unknown(name);
    }

    static Metric of(String className, Map<String, ?> config) {
        Function<Settings, Metric> maker = CLASSES.get(className);
        if (maker == null) {
            throw unknown(className);
        }
        Settings s = new Settings("metric " + className, config);
        Metric made = maker.apply(s);
        s.ignore("dtype");
        String name = s.text("name", made.name());
        return s.finish(name.equals(made.name()) ? made : made.named(name));
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "metric: there is no '" + name + "'; there are " + CLASSES.keySet());
    }

    private static int k(Settings s) {
        return s.integer("k", 5);
    }
}
