package dev.thaw.golden;

import dev.thaw.tensor.Tensor;

/**
 * How far two computations of the same formulas may lie apart when at least one of them rounds to
 * float32: {@code roundings} times half a unit in the last place of the tensor's largest element.
 * The largest element stands for the terms that were added up to make the smaller ones.
 *
 * @param reason what the number of roundings comes from
 * @param roundings rounding errors that may come together
 * @param floor size that counts where a whole tensor is smaller
 */
record Float32Noise(String reason, double roundings, double floor) {
    /** The relative error of one rounding to float32. */
    static final double EPSILON = 0x1p-24;

    /** Nothing was computed: every bit must agree. */
    static final Float32Noise EXACT = new Float32Noise("untouched", 0, 0);

    /** The farthest that {@code actual} may lie from any element of {@code expected}. */
    double bound(Tensor expected) {
        double scale = floor;
        for (float v : expected.floats()) {
            scale = Math.max(scale, Math.abs(v));
        }
        return roundings * EPSILON * scale;
    }

    /** Fails where shapes differ or an element lies too far off; says which and by how much. */
    void check(String what, Tensor expected, Tensor actual) {
        if (!expected.shape().equals(actual.shape())) {
            throw new AssertionError(
                    what + ": has shape " + actual.shape() + ", Keras's is " + expected.shape());
        }
        double bound = bound(expected);
        for (int i = 0; i < expected.size(); i++) {
            double error = Math.abs((double) expected.floats()[i] - actual.floats()[i]);
            if (!(error <= bound)) {
                throw new AssertionError(
                        String.format(
                                "%s: element %d of %s must be %s as in Keras, got %s;"
                                        + " off by %.3g, the bound (%s) is %.3g",
                                what,
                                i,
                                expected.shape(),
                                expected.floats()[i],
                                actual.floats()[i],
                                error,
                                reason,
                                bound));
            }
        }
    }
}
