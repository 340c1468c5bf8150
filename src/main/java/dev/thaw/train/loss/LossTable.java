package dev.thaw.train.loss;

import dev.thaw.config.PropertyReader;
import dev.thaw.config.Registry;

import java.util.Locale;
import java.util.Map;

/** Keras's losses by its names and aliases. */
final class LossTable {
    static final Registry KNOWN =
            Registry.EMPTY
                    .with(Loss.class, "MeanSquaredError", MeanSquaredError::new)
                    .with(Loss.class, "MeanAbsoluteError", MeanAbsoluteError::new)
                    .with(
                            Loss.class,
                            "MeanAbsolutePercentageError",
                            MeanAbsolutePercentageError::new)
                    .with(
                            Loss.class,
                            "MeanSquaredLogarithmicError",
                            MeanSquaredLogarithmicError::new)
                    .with(Loss.class, "Huber", Huber::new)
                    .with(Loss.class, "LogCosh", LogCosh::new)
                    .with(Loss.class, "CosineSimilarity", CosineSimilarity::new)
                    .with(Loss.class, "KLDivergence", KLDivergence::new)
                    .with(Loss.class, "Poisson", Poisson::new)
                    .with(Loss.class, "Hinge", Hinge::new)
                    .with(Loss.class, "SquaredHinge", SquaredHinge::new)
                    .with(Loss.class, "CategoricalHinge", CategoricalHinge::new)
                    .with(Loss.class, "BinaryCrossentropy", BinaryCrossentropy::new)
                    .with(Loss.class, "BinaryFocalCrossentropy", BinaryFocalCrossentropy::new)
                    .with(Loss.class, "CategoricalCrossentropy", CategoricalCrossentropy::new)
                    .with(
                            Loss.class,
                            "CategoricalFocalCrossentropy",
                            CategoricalFocalCrossentropy::new)
                    .with(
                            Loss.class,
                            "SparseCategoricalCrossentropy",
                            SparseCategoricalCrossentropy::new)
                    .with(Loss.class, "Dice", Dice::new)
                    .with(Loss.class, "Tversky", Tversky::new)
                    // what Keras makes of a function
                    .withMaker(Loss.class, "LossFunctionWrapper", LossTable::wrapped);

    /** Names of Keras 2 that Keras 3 does not know: files get the newer ones. */
    private static final Map<String, String> RENAMED =
            Map.of(
                    "logcosh", "log_cosh",
                    "kullback_leibler_divergence", "kl_divergence",
                    "cosine_proximity", "cosine_similarity");

    /** Short names, and those of functions that are not called as their class. */
    private static final Map<String, String> ALIASES =
            Map.of(
                    "mse", "MeanSquaredError",
                    "mae", "MeanAbsoluteError",
                    "mape", "MeanAbsolutePercentageError",
                    "msle", "MeanSquaredLogarithmicError",
                    "bce", "BinaryCrossentropy",
                    "kld", "KLDivergence",
                    "huber_loss", "Huber");

    private LossTable() {}

    private static Loss wrapped(PropertyReader reader) {
        return (Loss) reader.configure(of(reader.function()));
    }

    /** A class's own name makes its object; any other is kept, as Keras keeps it. */
    static Loss of(String given) {
        String name = RENAMED.getOrDefault(given, given);
        boolean lower = name.equals(name.toUpperCase(Locale.ROOT)); // MSE is Keras's too
        String alias = ALIASES.get(lower ? name.toLowerCase(Locale.ROOT) : name);
        Loss made = KNOWN.make("loss", Loss.class, alias == null ? name : alias, Map.of());
        return made.className().equals(name)
                ? made
                : new Variant(made, made.name(), made.reduction(), name);
    }
}
