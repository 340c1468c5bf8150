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
        Shape kept = data.shape().pick(axes);
        double[] mean = new double[Math.toIntExact(kept.size())];
        int[] strides = data.shape().strides();
        double each = (double) data.size() / mean.length;
        for (int i = 0; i < data.size(); i++) {
            mean[position(data.shape(), strides, axes, i)] += data.floats()[i] / each;
        }
        double[] variance = new double[mean.length];
        for (int i = 0; i < data.size(); i++) {
            int p = position(data.shape(), strides, axes, i);
            double off = data.floats()[i] - mean[p];
            variance[p] += off * off / each;
        }
        return new AxisMoments(rounded(mean, kept), rounded(variance, kept));
    }

    private static int position(Shape shape, int[] strides, List<Integer> axes, int index) {
        int p = 0;
        for (int axis : axes) {
            p = p * shape.dim(axis) + index / strides[axis] % shape.dim(axis);
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
