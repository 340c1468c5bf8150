package dev.thaw.conformance;

import dev.thaw.tensor.Tensor;

import java.util.function.IntUnaryOperator;

/**
 * What the error of normalized numbers depends on.
 *
 * @param largest the largest |x|
 * @param scale the largest 1 / sqrt(variance + epsilon) of a group
 */
record Spread(double largest, double scale) {
    static Spread of(Tensor x, int groups, IntUnaryOperator group, double epsilon) {
        double[] sum = new double[groups];
        double[] squares = new double[groups];
        double n = (double) x.size() / groups;
        double largest = 0;
        for (int i = 0; i < x.size(); i++) {
            sum[group.applyAsInt(i)] += x.floats()[i];
            largest = Math.max(largest, Math.abs(x.floats()[i]));
        }
        for (int i = 0; i < x.size(); i++) {
            int g = group.applyAsInt(i);
            squares[g] += Math.pow(x.floats()[i] - sum[g] / n, 2);
        }
        double scale = 0;
        for (double s : squares) {
            scale = Math.max(scale, 1 / Math.sqrt(s / n + epsilon));
        }
        return new Spread(largest, scale);
    }

    /** How much larger than the normalized numbers the terms are that cancel in them. */
    double condition() {
        return 1 + largest * scale;
    }
}
