package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How a model is trained: Keras's {@code compile}, typed.
 *
 * @param optimizer changes the weights and owns its state
 * @param losses one per output; {@link Loss#NONE} where it has none, but for one at least
 * @param lossWeights factor of each loss in the total
 * @param metrics per output, what else is reported; sample weights do not touch it
 * @param weightedMetrics per output, what else is reported with sample weights
 */
public record Compilation(
        Optimizer optimizer,
        List<Loss> losses,
        List<Double> lossWeights,
        List<List<Metric>> metrics,
        List<List<Metric>> weightedMetrics) {
    /** Keeps its own copies; as many weights and metric lists as losses. */
    public Compilation {
        Objects.requireNonNull(losses, "compile: losses");
        Objects.requireNonNull(lossWeights, "compile: lossWeights");
        Objects.requireNonNull(metrics, "compile: metrics");
        Objects.requireNonNull(weightedMetrics, "compile: weightedMetrics");
        losses = List.copyOf(losses);
        lossWeights = List.copyOf(lossWeights);
        metrics = List.copyOf(metrics);
        weightedMetrics = List.copyOf(weightedMetrics);
        Objects.requireNonNull(optimizer, "compile: optimizer");
        lossWeights.forEach(
                w -> {
                    if (!Double.isFinite(w)) {
                        throw new IllegalArgumentException(
                                "compile: loss weights must be finite, got " + w);
                    }
                });
        if (losses.isEmpty()
                || lossWeights.size() != losses.size()
                || metrics.size() != losses.size()
                || weightedMetrics.size() != losses.size()) {
            throw new IllegalArgumentException(
                    "compile: needs one loss, one loss weight and one list of metrics per output, got %s, %s and %s"
                            .formatted(losses.size(), lossWeights.size(), metrics.size()));
        }
        if (losses.stream().allMatch(l -> l == Loss.NONE)) {
            throw new IllegalArgumentException(
                    "compile: an output must have a loss, got none for all %d; give one"
                            .formatted(losses.size()));
        }
    }

    /** Without weighted metrics. */
    public Compilation(
            Optimizer optimizer,
            List<Loss> losses,
            List<Double> lossWeights,
            List<List<Metric>> metrics) {
        this(optimizer, losses, lossWeights, metrics, nothing(losses.size()));
    }

    private static List<List<Metric>> nothing(int outputs) {
        return Collections.nCopies(outputs, List.of());
    }

    /** One output. */
    public static Compilation of(Optimizer optimizer, Loss loss, Metric... metrics) {
        Objects.requireNonNull(metrics, "compile: metrics");
        return of(optimizer, List.of(loss)).withMetrics(List.of(List.of(metrics)));
    }

    /** Several outputs, each loss counted once, without metrics. */
    public static Compilation of(Optimizer optimizer, List<Loss> losses) {
        Objects.requireNonNull(losses, "compile: losses");
        return new Compilation(
                optimizer, losses, Collections.nCopies(losses.size(), 1.0), nothing(losses.size()));
    }

    /** The outputs that have targets, by number: those with a loss or metrics. */
    public List<Integer> judged() {
        return IntStream.range(0, losses.size())
                .filter(
                        i ->
                                losses.get(i) != Loss.NONE
                                        || !metrics.get(i).isEmpty()
                                        || !weightedMetrics.get(i).isEmpty())
                .boxed()
                .toList();
    }

    /**
     * Refuses a model with another number of outputs, or whose outputs a loss cannot take. A model
     * that is not built yet has none.
     */
    public void requireFit(Network model) {
        int outputs = model.outputs().size();
        if (outputs > 0 && losses.size() != outputs) {
            throw new IllegalArgumentException(
                    "compile: %s has %s outputs, got %s losses"
                            .formatted(model.name(), outputs, losses.size()));
        }
        for (int i = 0; i < outputs; i++) {
            losses.get(i).targetShape(model.outputs().get(i).shape());
        }
    }

    /** With other factors of the losses. */
    public Compilation withLossWeights(List<Double> weights) {
        return new Compilation(optimizer, losses, weights, metrics, weightedMetrics);
    }

    /** With other metrics, one list per output. */
    public Compilation withMetrics(List<List<Metric>> perOutput) {
        return new Compilation(optimizer, losses, lossWeights, perOutput, weightedMetrics);
    }

    /** With other weighted metrics, one list per output. */
    public Compilation withWeightedMetrics(List<List<Metric>> perOutput) {
        return new Compilation(optimizer, losses, lossWeights, metrics, perOutput);
    }
}
