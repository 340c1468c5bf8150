package dev.thaw.layer.preprocessing;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * Mean and biased variance of data for each position along some axes, in two passes of doubles.
 *
 * @param mean the extents of the axes
 * @param variance likewise
 */
record AxisMoments(Tensor mean, Tensor variance) {
    /** Over all but these axes, ascending. */
    static AxisMoments of(Tensor data, List<Integer> axes) {
        Shape kept = Shape.of(axes.stream().map(data.shape()::dim).toList());
        double[] mean = new double[Math.toIntExact(kept.size())];
        double each = (double) data.size() / mean.length;
        for (int i = 0; i < data.size(); i++) {
            mean[position(data.shape(), axes, i)] += data.floats()[i] / each;
        }
        double[] variance = new double[mean.length];
        for (int i = 0; i < data.size(); i++) {
            int p = position(data.shape(), axes, i);
            double off = data.floats()[i] - mean[p];
            variance[p] += off * off / each;
        }
        return new AxisMoments(rounded(mean, kept), rounded(variance, kept));
    }

    private static int position(Shape shape, List<Integer> axes, int index) {
        int p = 0;
        int rest = index;
        int[] at = new int[shape.rank()];
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            at[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        for (int axis : axes) {
            p = p * shape.dim(axis) + at[axis];
        }
        return p;
    }

    private static Tensor rounded(double[] values, Shape shape) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.of(floats, shape);
    }
}
