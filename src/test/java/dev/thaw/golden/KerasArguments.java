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
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.AdamW;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.RMSprop;
import dev.thaw.train.optimizer.SGD;

import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Makes optimizers, losses and metrics from Keras's arguments. */
final class KerasArguments {
    private final Map<String, String> open;

    private KerasArguments(TrainingFixtures.Spec spec) {
        open = new HashMap<>(spec.arguments());
    }

    static Optimizer optimizer(TrainingFixtures.Spec spec) {
        KerasArguments a = new KerasArguments(spec);
        Optimizer made =
                switch (spec.name()) {
                    case "SGD" -> a.sgd();
                    case "Adam" -> a.adam(new Adam());
                    case "AdamW" -> a.adam(new AdamW());
                    case "RMSprop" -> a.rmsprop();
                    default -> throw new IllegalStateException("no such optimizer: " + spec);
                };
        a.number("learning_rate", made::setLearningRate);
        return a.finish(spec, made);
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
            default -> throw new IllegalStateException("no such metric: " + name);
        };
    }

    private SGD sgd() {
        SGD made = new SGD().nesterov(flag("nesterov"));
        number("momentum", made::momentum);
        number("weight_decay", made::weightDecay);
        return made;
    }

    private Adam adam(Adam made) {
        number("beta_1", made::beta1);
        number("beta_2", made::beta2);
        number("epsilon", made::epsilon);
        number("weight_decay", made::weightDecay);
        return made;
    }

    private RMSprop rmsprop() {
        RMSprop made = new RMSprop().centered(flag("centered"));
        number("rho", made::rho);
        number("momentum", made::momentum);
        number("epsilon", made::epsilon);
        number("weight_decay", made::weightDecay);
        return made;
    }

    private boolean flag(String key) {
        return "True".equals(open.remove(key));
    }

    private double number(String key, double otherwise) {
        String text = open.remove(key);
        return text == null ? otherwise : Double.parseDouble(text);
    }

    private void number(String key, DoubleConsumer use) {
        String text = open.remove(key);
        if (text != null) {
            use.accept(Double.parseDouble(text));
        }
    }

    private <T> T finish(TrainingFixtures.Spec spec, T made) {
        if (!open.isEmpty()) {
            throw new IllegalStateException(spec.name() + ": arguments not understood: " + open);
        }
        return made;
    }
}
