package dev.thaw.train;

import dev.thaw.data.Batch;
import dev.thaw.graph.Network;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Optional;

/**
 * The shapes of a batch, which a step is specialised to.
 *
 * @param x one per input
 * @param weights one per output; empty where its rows have no weights
 */
record Feeding(List<Shape> x, List<Optional<Shape>> weights) {
    /** All rows at once, without weights. */
    static Feeding of(List<Tensor> x) {
        return new Feeding(x.stream().map(Tensor::shape).toList(), List.of());
    }

    /** A batch, with weights or without. */
    static Feeding of(Batch batch) {
        return new Feeding(
                batch.x().stream().map(Tensor::shape).toList(),
                batch.weights().stream().map(w -> w.map(Tensor::shape)).toList());
    }

    /** So many rows of what the model's inputs promise, which must be known. */
    static Feeding of(Network model, int rows) {
        List<Shape> all = model.inputShapes().stream().map(s -> s.withBatch(rows)).toList();
        for (Shape s : all) {
            if (!s.isKnown()) {
                throw new IllegalStateException(
                        "%s: a plan needs every extent of the inputs, got %s; run the model on data, whose extents are known"
                                .formatted(model.name(), s));
            }
        }
        return new Feeding(all, List.of());
    }

    /** As many inputs, each with so many rows; without weights. */
    Feeding withRows(int rows) {
        return new Feeding(x.stream().map(s -> s.withBatch(rows)).toList(), List.of());
    }

    /** Whether all inputs have as many rows. */
    boolean hasOneSize() {
        return x.stream().allMatch(s -> s.rank() > 0 && s.dim(0) == rows());
    }

    /** The number of rows. */
    int rows() {
        return x.get(0).dim(0);
    }

    /** The weights' shape of an output, if its rows have weights. */
    Optional<Shape> weights(int output) {
        return weights.isEmpty() ? Optional.empty() : weights.get(output);
    }
}
