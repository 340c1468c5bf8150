package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.tensor.Shape;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * oneDNN's batch normalization, where it has compiled code for it: channels last and, but for small
 * tensors, in sixteens. Its own batch mean is not used: added up in float32, it leaves three
 * correct digits of the variance of 25,000 elements around 10,000.
 */
final class BatchNormPrimitives {
    private static final double FLOATS_PER_NS = 3;

    private BatchNormPrimitives() {}

    /** Normalizes with given statistics; null where that would be slow. */
    static Primitive forward(Shape shape, int axis, double epsilon, int flags) {
        if (isRowsOfChannels(shape, axis)) {
            dnnl_memory_desc x = rowsOfChannels(shape, axis);
            return fastOrNull(
                    shape,
                    x,
                    (pd, attr) -> forward(pd, attr, x, epsilon, flags | dnnl_use_global_stats));
        }
        return null;
    }

    /**
     * The gradient; null where that would be slow. The flags say whether the statistics are
     * constants.
     */
    static Primitive backward(Shape shape, int axis, double epsilon, int flags, int propagation) {
        if (!isRowsOfChannels(shape, axis)) {
            return null;
        }
        dnnl_memory_desc x = rowsOfChannels(shape, axis);
        return fastOrNull(
                shape,
                x,
                (pd, attr) -> {
                    dnnl_primitive_desc hint = new dnnl_primitive_desc();
                    int status = forward(hint, attr, x, epsilon, flags);
                    if (status != dnnl_success) {
                        return status;
                    }
                    try {
                        return dnnl_batch_normalization_backward_primitive_desc_create(
                                pd,
                                Dnnl.get().engine(),
                                propagation,
                                x,
                                x,
                                x,
                                (float) epsilon,
                                flags,
                                hint,
                                attr);
                    } finally {
                        dnnl_primitive_desc_destroy(hint);
                    }
                });
    }

    private static boolean isRowsOfChannels(Shape shape, int axis) {
        return shape.size() > 0 && shape.size(axis + 1, shape.rank()) == 1;
    }

    /** One image, as long as there are rows. */
    private static dnnl_memory_desc rowsOfChannels(Shape shape, int axis) {
        long channels = shape.dim(axis);
        return Dnnl.strided(
                new long[] {1, channels, shape.size() / channels},
                new long[] {shape.size(), 1, channels});
    }

    private static int forward(
            dnnl_primitive_desc pd,
            dnnl_primitive_attr attr,
            dnnl_memory_desc x,
            double epsilon,
            int flags) {
        return dnnl_batch_normalization_forward_primitive_desc_create(
                pd, Dnnl.get().engine(), dnnl_forward_training, x, x, (float) epsilon, flags, attr);
    }

    private static Primitive fastOrNull(Shape shape, dnnl_memory_desc x, Primitive.Maker maker) {
        Primitive p;
        try {
            int threads = Dnnl.threads(shape.size() / FLOATS_PER_NS);
            p = new Primitive("batch normalization", threads, maker, x);
        } catch (IllegalStateException e) {
            return null;
        }
        if (p.implementation().contains("jit")) {
            return p;
        }
        p.close();
        return null;
    }
}
