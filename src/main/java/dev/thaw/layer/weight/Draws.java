package dev.thaw.layer.weight;

import dev.thaw.layer.weight.Initializer.Distribution;
import dev.thaw.layer.weight.Initializer.Mode;
import dev.thaw.op.Philox;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** The numbers behind the random initializers, from Philox: the same seed gives the same bits. */
final class Draws {
    /** The standard deviation of a standard normal that is cut at two standard deviations. */
    private static final double CUT_STDDEV = .87962566103423978;

    private Draws() {}

    static Tensor uniform(Shape shape, long seed, double low, double high) {
        float[] w = Tensor.zeros(shape, DType.FLOAT32).floats();
        int[] words = new int[4];
        for (int i = 0; i < w.length; i++) {
            if (i % 4 == 0) {
                Philox.block(seed, 0, 0, i / 4, words, 0);
            }
            w[i] = (float) (low + (high - low) * Philox.uniform(words[i % 4]));
        }
        return Tensor.of(w, shape);
    }

    /** Normal, drawn again until within so many standard deviations. */
    static Tensor normal(Shape shape, long seed, double mean, double stddev, double bound) {
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

    static Tensor scaled(Shape shape, long seed, double scale, Mode mode, Distribution d) {
        double[] fans = fans(shape);
        double n =
                switch (mode) {
                    case FAN_IN -> fans[0];
                    case FAN_OUT -> fans[1];
                    case FAN_AVG -> (fans[0] + fans[1]) / 2;
                };
        double variance = scale / Math.max(1, n);
        double limit = Math.sqrt(3 * variance);
        return switch (d) {
            case UNIFORM -> uniform(shape, seed, -limit, limit);
            case TRUNCATED_NORMAL -> normal(shape, seed, 0, Math.sqrt(variance) / CUT_STDDEV, 2);
            case UNTRUNCATED_NORMAL ->
                    normal(shape, seed, 0, Math.sqrt(variance), Double.POSITIVE_INFINITY);
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

    static Tensor identity(Shape shape, double gain) {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException(
                    "Identity: makes two-dimensional weights, got shape " + shape);
        }
        Tensor w = Tensor.zeros(shape, DType.FLOAT32);
        for (int i = 0; i < Math.min(shape.dim(0), shape.dim(1)); i++) {
            w.floats()[i * shape.dim(1) + i] = (float) gain;
        }
        return w;
    }

    /** Normal numbers whose rows or columns, whichever are fewer, go through Gram-Schmidt twice. */
    static Tensor orthogonal(Shape shape, long seed, double gain) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "Orthogonal: makes weights of two or more axes, got shape " + shape);
        }
        float[] drawn = normal(shape, seed, 0, 1, Double.POSITIVE_INFINITY).floats();
        int columns = shape.last();
        int rows = drawn.length / columns;
        boolean tall = rows >= columns;
        int vectors = tall ? columns : rows;
        int length = tall ? rows : columns;
        int step = tall ? columns : 1;
        int start = tall ? 1 : columns;
        double[][] q = new double[vectors][length];
        for (int v = 0; v < vectors; v++) {
            for (int i = 0; i < length; i++) {
                q[v][i] = drawn[v * start + i * step];
            }
            // once more, since rounding leaves a remainder the first time
            for (int pass = 0; pass < 2; pass++) {
                for (int u = 0; u < v; u++) {
                    double along = dot(q[u], q[v]);
                    for (int i = 0; i < length; i++) {
                        q[v][i] -= along * q[u][i];
                    }
                }
            }
            double norm = Math.sqrt(dot(q[v], q[v]));
            for (int i = 0; i < length; i++) {
                q[v][i] /= norm;
            }
        }
        float[] w = new float[drawn.length];
        for (int v = 0; v < vectors; v++) {
            for (int i = 0; i < length; i++) {
                w[v * start + i * step] = (float) (gain * q[v][i]);
            }
        }
        return Tensor.of(w, shape);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
