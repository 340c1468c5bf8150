package dev.thaw.layer;

import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
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
 * @param regularizer what the loss adds for it, null for nothing
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
    public static WeightSpec trainable(String name, Shape shape, Initializer initializer) {
        return new WeightSpec(name, shape, initializer, true, null, null, DType.FLOAT32);
    }

    /** A weight that gradients change, with what the user chose for it. */
    public static WeightSpec trainable(WeightOptions options, Shape shape) {
        return trainable(options.name(), options, shape);
    }

    /** The same for a weight whose name is not that of its options. */
    public static WeightSpec trainable(String name, WeightOptions options, Shape shape) {
        return new WeightSpec(
                name,
                shape,
                options.initializer(),
                true,
                options.regularizer(),
                options.constraint(),
                DType.FLOAT32);
    }

    /** A weight that gradients never change, such as a moving statistic. */
    public static WeightSpec state(String name, Shape shape, Initializer initializer) {
        return new WeightSpec(name, shape, initializer, false, null, null, DType.FLOAT32);
    }

    /** An INT64 number that counts from 0. */
    public static WeightSpec counter(String name) {
        return new WeightSpec(
                name,
                Shape.scalar(),
                (shape, seed) -> Tensor.scalar(0L),
                false,
                null,
                null,
                DType.INT64);
    }

    /** The first value, in the name of its layer; refused where Java's heap has no room for it. */
    Tensor initial(String owner, long seed) {
        long bytes = shape.size() * dtype.bytes();
        long heap = Runtime.getRuntime().maxMemory();
        try {
            if (bytes < heap) {
                return initializer.initial(shape, seed);
            }
        } catch (OutOfMemoryError e) {
            // it fits, but not beside all else
        }
        throw new IllegalStateException(
                "%s: %s %s takes %d MB, and Java's heap, which has %d, no room for it; give Java more, such as -Xmx8g"
                        .formatted(owner, name, shape, bytes >> 20, heap >> 20));
    }
}
