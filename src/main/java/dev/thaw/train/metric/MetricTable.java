package dev.thaw.train.metric;

import dev.thaw.config.PropertyReader;
import dev.thaw.config.Registry;
import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.loss.CategoricalCrossentropy;
import dev.thaw.train.loss.CategoricalHinge;
import dev.thaw.train.loss.CosineSimilarity;
import dev.thaw.train.loss.Hinge;
import dev.thaw.train.loss.KLDivergence;
import dev.thaw.train.loss.LogCosh;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanAbsoluteError;
import dev.thaw.train.loss.MeanAbsolutePercentageError;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.MeanSquaredLogarithmicError;
import dev.thaw.train.loss.Poisson;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.loss.SquaredHinge;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Keras's metrics by its names and aliases. */
final class MetricTable {
    /** Losses that Keras has as metrics; the log-cosh has another name there. */
    private static final List<Loss> LOSSES =
            List.of(
                    new MeanSquaredError(),
                    new MeanAbsoluteError(),
                    new MeanAbsolutePercentageError(),
                    new MeanSquaredLogarithmicError(),
                    new CosineSimilarity(),
                    new KLDivergence(),
                    new Poisson(),
                    new Hinge(),
                    new SquaredHinge(),
                    new CategoricalHinge(),
                    new BinaryCrossentropy(),
                    new CategoricalCrossentropy(),
                    new SparseCategoricalCrossentropy(),
                    new LogCosh().named("logcosh"));

    private static final Map<String, String> SHORT =
            Map.of(
                    "mse", "MeanSquaredError",
                    "mae", "MeanAbsoluteError",
                    "mape", "MeanAbsolutePercentageError",
                    "msle", "MeanSquaredLogarithmicError",
                    "bce", "BinaryCrossentropy",
                    "logcosh", "LogCoshError");

    /** What goes by the shapes, and not by the class of that name. */
    private static final Set<String> ANY_ACCURACY = Set.of("acc", "accuracy");

    static final Registry KNOWN = known();

    private MetricTable() {}

    private static Registry known() {
        Registry all =
                Registry.EMPTY
                        .with(Metric.class, "Accuracy", Accuracy::new)
                        .with(Metric.class, "BinaryAccuracy", BinaryAccuracy::new)
                        .with(Metric.class, "CategoricalAccuracy", CategoricalAccuracy::new)
                        .with(
                                Metric.class,
                                "SparseCategoricalAccuracy",
                                SparseCategoricalAccuracy::new)
                        .with(Metric.class, "TopKCategoricalAccuracy", TopKCategoricalAccuracy::new)
                        .with(
                                Metric.class,
                                "SparseTopKCategoricalAccuracy",
                                SparseTopKCategoricalAccuracy::new)
                        .with(Metric.class, "RootMeanSquaredError", RootMeanSquaredError::new)
                        .with(Metric.class, "Precision", Precision::new)
                        .with(Metric.class, "Recall", Recall::new)
                        // what Keras makes of a function
                        .withMaker(Metric.class, "MeanMetricWrapper", MetricTable::wrapped);
        for (Loss loss : LOSSES) {
            Metric metric = new MeanLoss(loss);
            all = all.with(Metric.class, metric.className(), () -> metric);
        }
        return all;
    }

    private static Metric wrapped(PropertyReader reader) {
        String function = reader.function();
        // as a function it is that of the class
        return (Metric)
                reader.configure(function.equals("accuracy") ? new Accuracy() : of(function));
    }

    /** It is reported under the name given. */
    static Metric of(String name) {
        if (ANY_ACCURACY.contains(name.toLowerCase(Locale.ROOT))) {
            Metric any = new AnyAccuracy();
            return name.equals(any.name()) ? any : new Named(any, name, name);
        }
        String alias = SHORT.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        Metric made = KNOWN.make("metric", Metric.class, alias, Map.of());
        return new Named(made, name, name);
    }
}
