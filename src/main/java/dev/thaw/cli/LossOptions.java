package dev.thaw.cli;

import dev.thaw.model.Model;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Loss and metrics, where they are not to be those that the file was compiled with. */
final class LossOptions {
    @Option(
            names = "--loss",
            paramLabel = "NAME",
            converter = ToLoss.class,
            description =
                    """
                    Keras's name of the loss, instead of the file's, such as mse or \
                    sparse_categorical_crossentropy. Several outputs: repeat it for each, in the \
                    model's order.""")
    private List<Loss> losses = new ArrayList<>();

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            converter = ToMetric.class,
            description =
                    "Keras's name of what to report too, instead of the file's, such as accuracy or mae. Repeatable.")
    private List<Metric> metrics = new ArrayList<>();

    /** The compilation of the file with what the options change in it. */
    Compilation apply(Model model, Optimizer optimizer) {
        Optional<Compilation> file = model.compilation();
        if (losses.isEmpty() && file.isEmpty()) {
            throw new Failure(
                    "%s: the file says nothing of a loss, as the model was saved without compiling it; give --loss"
                            .formatted(model.name()));
        }
        Compilation chosen =
                losses.isEmpty() ? file.get() : Compilation.of(optimizer, perOutput(model));
        Compilation reporting = metrics.isEmpty() ? file.orElse(chosen) : reporting(chosen);
        return new Compilation(
                optimizer,
                chosen.losses(),
                chosen.lossWeights(),
                reporting.metrics(),
                reporting.weightedMetrics());
    }

    private Compilation reporting(Compilation c) {
        int outputs = c.losses().size();
        return c.withMetrics(Collections.nCopies(outputs, metrics))
                .withWeightedMetrics(Collections.nCopies(outputs, List.of()));
    }

    private List<Loss> perOutput(Model model) {
        int outputs = model.outputs().size();
        if (losses.size() == 1) {
            return Collections.nCopies(outputs, losses.get(0));
        }
        if (losses.size() != outputs) {
            throw new Failure(
                    "%s: has %s outputs, got %s losses; give --loss once for all, or once for each"
                            .formatted(model.name(), outputs, losses.size()));
        }
        return losses;
    }

    /** Whether any is given. */
    boolean given() {
        return !losses.isEmpty() || !metrics.isEmpty();
    }

    /** Reads Keras's names of losses. */
    static final class ToLoss implements ITypeConverter<Loss> {
        @Override
        public Loss convert(String name) {
            try {
                return Loss.of(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads Keras's names of metrics. */
    static final class ToMetric implements ITypeConverter<Metric> {
        @Override
        public Metric convert(String name) {
            try {
                return Metric.of(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
