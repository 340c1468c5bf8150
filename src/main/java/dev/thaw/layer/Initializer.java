package dev.thaw.layer;

import dev.thaw.op.Philox;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** The first value of a weight. The same seed gives the same bits everywhere. */
@FunctionalInterface
public interface Initializer {
    /** A value of this shape. */
    Tensor initial(Shape shape, long seed);

    /** All zeros. */
    static Initializer zeros() {
        return constant(0);
    }

    /** All ones. */
    static Initializer ones() {
        return constant(1);
    }

    /** One number everywhere. */
    static Initializer constant(double value) {
        return (shape, seed) -> Tensor.full(shape, (float) value);
    }

    /** Uniform in [low, high). Keras's default is [-0.05, 0.05). */
    static Initializer randomUniform(double low, double high) {
        return (shape, seed) -> {
            float[] w = Tensor.zeros(shape, DType.FLOAT32).floats();
            int[] words = new int[4];
            for (int i = 0; i < w.length; i++) {
                if (i % 4 == 0) {
                    Philox.block(seed, 0, 0, i / 4, words, 0);
                }
                w[i] = (float) (low + (high - low) * Philox.uniform(words[i % 4]));
            }
            return Tensor.of(w, shape);
        };
    }

    /** Normal. Keras's default standard deviation is 0.05. */
    static Initializer randomNormal(double mean, double stddev) {
        return (shape, seed) -> normal(shape, seed, mean, stddev, Double.POSITIVE_INFINITY);
    }

    /** Normal, drawn again until within two standard deviations. */
    static Initializer truncatedNormal(double mean, double stddev) {
        return (shape, seed) -> normal(shape, seed, mean, stddev, 2);
    }

    private static Tensor normal(Shape shape, long seed, double mean, double stddev, double bound) {
        float[] w = Tensor.zeros(shape, DType.FLOAT32).floats();
        int[] words = new int[4];
        long block = 0;
        int lane = 2;
        for (int i = 0; i < w.length; ) {
            if (lane == 2) {
                Philox.block(seed, 0, 0, block++, words, 0);
                lane = 0;
            }
            double z = Philox.normal(words[2 * lane], words[2 * lane + 1], false);
            lane++;
            if (Math.abs(z) <= bound) {
                w[i++] = (float) (mean + stddev * z);
            }
        }
        return Tensor.of(w, shape);
    }

    /** Which number of connections sets the scale. */
    enum Fan {
        /** Inputs of a unit. */
        IN,
        /** Outputs of a unit. */
        OUT,
        /** The mean of both. */
        AVERAGE
    }

    /**
     * Variance scale / fan. Uniform: limit sqrt(3 scale / fan). Normal: truncated at two standard
     * deviations, with sqrt(scale / fan) / 0.87962566 so that the variance comes out right.
     */
    static Initializer varianceScaling(double scale, Fan fan, boolean uniform) {
        return (shape, seed) -> {
            double[] fans = fans(shape);
            double n =
                    switch (fan) {
                        case IN -> fans[0];
                        case OUT -> fans[1];
                        case AVERAGE -> (fans[0] + fans[1]) / 2;
                    };
            double variance = scale / Math.max(1, n);
            if (uniform) {
                double limit = Math.sqrt(3 * variance);
                return randomUniform(-limit, limit).initial(shape, seed);
            }
            return truncatedNormal(0, Math.sqrt(variance) / .87962566103423978)
                    .initial(shape, seed);
        };
    }

    /**
     * Fan in and fan out: (in, out) of a matrix, window times (in, out) of a filter, n and n of a
     * vector.
     */
    private static double[] fans(Shape shape) {
        int rank = shape.rank();
        if (rank < 2) {
            double n = rank == 0 ? 1 : shape.dim(0);
            return new double[] {n, n};
        }
        double window = shape.size(0, rank - 2);
        return new double[] {window * shape.dim(-2), window * shape.dim(-1)};
    }

    /** Glorot and Bengio (2010): uniform, limit sqrt(6 / (fan in + fan out)). Keras's default. */
    static Initializer glorotUniform() {
        return varianceScaling(1, Fan.AVERAGE, true);
    }

    /** Glorot and Bengio (2010): truncated normal, variance 2 / (fan in + fan out). */
    static Initializer glorotNormal() {
        return varianceScaling(1, Fan.AVERAGE, false);
    }

    /** He et al. (2015): uniform, limit sqrt(6 / fan in). */
    static Initializer heUniform() {
        return varianceScaling(2, Fan.IN, true);
    }

    /** He et al. (2015): truncated normal, variance 2 / fan in. */
    static Initializer heNormal() {
        return varianceScaling(2, Fan.IN, false);
    }

    /** LeCun et al. (1998): uniform, limit sqrt(3 / fan in). */
    static Initializer lecunUniform() {
        return varianceScaling(1, Fan.IN, true);
    }

    /** LeCun et al. (1998): truncated normal, variance 1 / fan in. */
    static Initializer lecunNormal() {
        return varianceScaling(1, Fan.IN, false);
    }
}
