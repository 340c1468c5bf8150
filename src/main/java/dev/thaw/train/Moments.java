package dev.thaw.train;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** Mean and variance of tensors that come one by one (Welford, 1962). */
final class Moments {
    private final Shape shape;
    private final double[] mean;
    private final double[] squares;
    private int n;

    Moments(Shape shape) {
        this.shape = shape;
        mean = new double[(int) shape.size()];
        squares = new double[mean.length];
    }

    void add(Tensor t) {
        n++;
        float[] y = t.floats();
        for (int i = 0; i < y.length; i++) {
            double d = y[i] - mean[i];
            mean[i] += d / n;
            squares[i] += d * (y[i] - mean[i]);
        }
    }

    MonteCarlo result() {
        float[] m = new float[mean.length];
        float[] sd = new float[mean.length];
        for (int i = 0; i < m.length; i++) {
            m[i] = (float) mean[i];
            sd[i] = (float) Math.sqrt(squares[i] / (n - 1));
        }
        return new MonteCarlo(Tensor.of(m, shape), Tensor.of(sd, shape));
    }
}
