package dev.thaw.model;

import dev.thaw.data.Batch;
import dev.thaw.data.Dataset;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Data whose samples weigh what their class does.
 *
 * @param byClass the weights; a class that is not named weighs 1
 */
record ClassWeights(Dataset data, Map<Integer, Double> byClass) implements Dataset {
    @Override
    public OptionalLong size() {
        return data.size();
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        Pass pass = data.pass(epoch, batchSize, seed);
        return new Pass() {
            @Override
            public Optional<Batch> next() {
                return pass.next().map(b -> weighted(b));
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }

    private Batch weighted(Batch batch) {
        if (!batch.weights().isEmpty()) {
            throw new IllegalArgumentException(
                    "fit: give class_weight or sample_weight, not both; the data has weights");
        }
        if (batch.y().size() != 1) {
            throw new IllegalArgumentException(
                    "fit: class_weight needs a model with one output, got %d"
                            .formatted(batch.y().size()));
        }
        float[] w = new float[batch.rows()];
        for (int row = 0; row < w.length; row++) {
            int c = classOf(batch.y().get(0), row);
            w[row] = byClass.getOrDefault(c, 1.0).floatValue();
        }
        return batch.withWeights(List.of(Optional.of(Tensor.of(w))));
    }

    /** The number itself, the one number rounded, or the largest of a distribution. */
    private static int classOf(Tensor y, int row) {
        int width = y.size() / y.shape().dim(0);
        if (y.dtype() == DType.INT32) {
            return y.ints()[row * width];
        }
        if (y.dtype() == DType.INT64) {
            return (int) y.longs()[row * width];
        }
        float[] values = y.floats();
        if (width == 1) {
            return Math.round(values[row]);
        }
        int largest = 0;
        for (int k = 1; k < width; k++) {
            if (values[row * width + k] > values[row * width + largest]) {
                largest = k;
            }
        }
        return largest;
    }
}
