package dev.thaw.model;

import dev.thaw.data.Batch;
import dev.thaw.data.Dataset;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much the entries of data weigh by their classes: a sample, a step of a sequence, a pixel.
 *
 * @param byClass the weights; a class that is not named weighs 1
 * @param numbered whether targets are numbers of classes, one per entry; else they have the shape
 *     of predictions, a number or a distribution per entry
 */
record ClassWeights(Map<Integer, Double> byClass, boolean numbered) {
    /** The data with these weights; classes are as the loss of the model's only output has them. */
    static Dataset of(Dataset data, Map<Integer, Double> byClass, Model model) {
        Compilation how = model.compilation().orElseThrow();
        if (model.outputs().size() != 1) {
            throw new IllegalArgumentException(
                    "fit: class_weight needs a model with one output, got %d"
                            .formatted(model.outputs().size()));
        }
        Shape prediction = model.output().shape();
        Shape target = how.losses().get(0).targetShape(prediction);
        return data.map(new ClassWeights(byClass, target.rank() < prediction.rank())::weighted);
    }

    private Batch weighted(Batch batch) {
        if (!batch.weights().isEmpty()) {
            throw new IllegalArgumentException(
                    "fit: give class_weight or sample_weight, not both; the data has weights");
        }
        Tensor y = batch.y().get(0);
        Shape shape = y.shape();
        boolean alone = shape.rank() == 1 || numbered && shape.last() != 1;
        Shape entries = alone ? shape : shape.sub(0, shape.rank() - 1);
        int width = alone ? 1 : shape.last();
        float[] w = new float[Math.toIntExact(entries.size())];
        for (int entry = 0; entry < w.length; entry++) {
            w[entry] = byClass.getOrDefault(classOf(y, entry * width, width), 1.0).floatValue();
        }
        return batch.withWeights(List.of(Optional.of(Tensor.of(w, entries))));
    }

    /** The one number, rounded, or the largest of a distribution. */
    private static int classOf(Tensor y, int from, int width) {
        if (width == 1) {
            return (int) Math.round(y.number(from));
        }
        int largest = 0;
        for (int k = 1; k < width; k++) {
            largest = y.number(from + k) > y.number(from + largest) ? k : largest;
        }
        return largest;
    }
}
