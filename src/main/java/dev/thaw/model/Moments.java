package dev.thaw.model;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Mean and variance of tensors that come one by one (Welford, 1962). */
final class Moments {
    private final Shape shape;
    private final double[] mean;
    private final double[] squares;
    private int n;

    private Moments(Shape shape) {
        this.shape = shape;
        mean = new double[(int) shape.size()];
        squares = new double[mean.length];
    }

    /** Those of so many drawings, one for each tensor that a drawing gives. */
    static List<MonteCarlo> of(int drawings, Supplier<List<Tensor>> draw) {
        if (drawings < 2) {
            throw new IllegalArgumentException(
                    "predictMonteCarlo: a standard deviation needs at least 2 samples, got %d"
                            .formatted(drawings));
        }
        List<Moments> moments = new ArrayList<>();
        for (int k = 0; k < drawings; k++) {
            List<Tensor> drawn = draw.get();
            for (int i = 0; i < drawn.size(); i++) {
                if (k == 0) {
                    moments.add(new Moments(drawn.get(i).shape()));
                }
                moments.get(i).add(drawn.get(i));
            }
        }
        return moments.stream().map(Moments::result).toList();
    }

    private void add(Tensor t) {
        n++;
        float[] y = t.floats();
        for (int i = 0; i < y.length; i++) {
            double d = y[i] - mean[i];
            mean[i] += d / n;
            squares[i] += d * (y[i] - mean[i]);
        }
    }

    private MonteCarlo result() {
        float[] m = new float[mean.length];
        float[] sd = new float[mean.length];
        for (int i = 0; i < m.length; i++) {
            m[i] = (float) mean[i];
            sd[i] = (float) Math.sqrt(squares[i] / (n - 1));
        }
        return new MonteCarlo(Tensor.of(m, shape), Tensor.of(sd, shape));
    }
}
