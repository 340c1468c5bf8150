package dev.thaw.train.loss;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/**
 * A loss. It yields one number per entry (a sample, or a sample's time step); the trainer weighs
 * them, sums them and divides by their number.
 */
public interface Loss {
    /** Keras's name. */
    String name();

    /** Emits the values per entry: the prediction's shape without its last axis. */
    Value lower(Formula f, Value prediction, Value target);

    /** The element type of targets. */
    default DType targetType() {
        return DType.FLOAT32;
    }

    /** The shape of targets for predictions of this shape. */
    default Shape targetShape(Shape prediction) {
        return prediction;
    }

    /** Refuses targets that make no sense for predictions of this shape. */
    default void check(Tensor target, Shape prediction) {}
}
