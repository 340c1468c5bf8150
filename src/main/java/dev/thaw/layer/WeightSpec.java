package dev.thaw.layer;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/**
 * A weight that a layer asks for when it is built.
 *
 * @param name Keras's name: {@code kernel}, {@code moving_mean}
 * @param shape its extents
 * @param initializer its first value
 * @param trainable whether gradients may change it while the layer is not frozen
 * @param regularizer what the loss adds for it, or {@link Regularizer#NONE}
 * @param constraint what it is pulled back to after each step; null for none
 * @param dtype its element type
 */
public record WeightSpec(
        String name,
        Shape shape,
        Initializer initializer,
        boolean trainable,
        Regularizer regularizer,
        Constraint constraint,
        DType dtype) {
    /** A weight that gradients change. */
    public static WeightSpec trainable(
            String name, Shape shape, Initializer initializer, Regularizer regularizer) {
        return new WeightSpec(name, shape, initializer, true, regularizer, null, DType.FLOAT32);
    }

    /** A weight that gradients never change, such as a moving statistic. */
    public static WeightSpec state(String name, Shape shape, Initializer initializer) {
        return new WeightSpec(
                name, shape, initializer, false, Regularizer.NONE, null, DType.FLOAT32);
    }

    /** An INT64 number that counts from 0. */
    public static WeightSpec counter(String name) {
        return new WeightSpec(
                name,
                Shape.scalar(),
                (shape, seed) -> Tensor.scalar(0L),
                false,
                Regularizer.NONE,
                null,
                DType.INT64);
    }

    /** With a constraint; null for none. */
    public WeightSpec withConstraint(Constraint value) {
        return new WeightSpec(name, shape, initializer, trainable, regularizer, value, dtype);
    }
}
