package dev.thaw.golden;

import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.loss.CategoricalCrossentropy;
import dev.thaw.train.loss.Huber;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanAbsoluteError;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Accuracy;
import dev.thaw.train.metric.MeanLoss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.AdamW;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes optimizers, losses and metrics from Keras's arguments. */
final class KerasArguments {
    private final Map<String, String> open;

    private KerasArguments(TrainingFixtures.Spec spec) {
        open = new HashMap<>(spec.arguments());
    }

    static Optimizer optimizer(TrainingFixtures.Spec spec) {
        Map<String, Object> config = config(spec);
        Object excluded = config.remove("exclude");
        Optimizer made = Optimizer.of(spec.name(), config);
        if (excluded != null) {
            ((AdamW) made).excludeFromWeightDecay(((List<?>) excluded).toArray(String[]::new));
        }
        return made;
    }

    /**
     * Arguments as Python writes them: numbers, True, False and schedules, {@code Class(k:v,..)}.
     */
    private static Map<String, Object> config(TrainingFixtures.Spec spec) {
        Map<String, Object> config = new HashMap<>();
        spec.arguments().forEach((k, text) -> config.put(k, value(text)));
        return config;
    }

    private static Object value(String text) {
        if (text.equals("True") || text.equals("False")) {
            return text.equals("True");
        }
        if (text.startsWith("[")) {
            return Arrays.stream(text.substring(1, text.length() - 1).split(";"))
                    .map(KerasArguments::value)
                    .toList();
        }
        int open = text.indexOf('(');
        if (open < 0) {
            return Character.isLetter(text.charAt(0)) ? text : (Object) Double.valueOf(text);
        }
        Map<String, Object> inner = new HashMap<>();
        for (String part : text.substring(open + 1, text.length() - 1).split(",")) {
            inner.put(part.split(":")[0], value(part.split(":")[1]));
        }
        return LearningRateSchedule.of(text.substring(0, open), inner);
    }

    static Loss loss(TrainingFixtures.Spec spec) {
        KerasArguments a = new KerasArguments(spec);
        Loss made =
                switch (spec.name()) {
                    case "SparseCategoricalCrossentropy" ->
                            new SparseCategoricalCrossentropy(a.flag("from_logits"));
                    case "CategoricalCrossentropy" ->
                            new CategoricalCrossentropy(
                                    a.flag("from_logits"), a.number("label_smoothing", 0));
                    case "BinaryCrossentropy" ->
                            new BinaryCrossentropy(
                                    a.flag("from_logits"), a.number("label_smoothing", 0));
                    case "MeanSquaredError" -> new MeanSquaredError();
                    case "MeanAbsoluteError" -> new MeanAbsoluteError();
                    case "Huber" -> new Huber(a.number("delta", 1));
                    default -> throw new IllegalStateException("no such loss: " + spec);
                };
        return a.finish(spec, made);
    }

    static Metric metric(String name) {
        return switch (name) {
            case "accuracy" -> new Accuracy();
            case "mean_absolute_error" -> new MeanLoss(new MeanAbsoluteError());
            case "mean_squared_error" -> new MeanLoss(new MeanSquaredError());
            case "sparse_categorical_crossentropy" ->
                    new MeanLoss(new SparseCategoricalCrossentropy());
            case "categorical_crossentropy" -> new MeanLoss(new CategoricalCrossentropy());
            default -> throw new IllegalStateException("no such metric: " + name);
        };
    }

    private boolean flag(String key) {
        return "True".equals(open.remove(key));
    }

    private double number(String key, double otherwise) {
        String text = open.remove(key);
        return text == null ? otherwise : Double.parseDouble(text);
    }

    private <T> T finish(TrainingFixtures.Spec spec, T made) {
        if (!open.isEmpty()) {
            throw new IllegalStateException(spec.name() + ": arguments not understood: " + open);
        }
        return made;
    }
}
