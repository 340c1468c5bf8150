package dev.thaw.backend.cuda;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.SplittableRandom;

/** Numbers to train on, the same for the same seed. */
final class Noise {
    private Noise() {}

    /** Spread evenly over [-1, 1). */
    static Tensor uniform(long seed, int... dims) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor t = Tensor.zeros(Shape.of(dims), DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) random.nextDouble(-1, 1);
        }
        return t;
    }

    /** A class for each row that can be learnt: which third of [-1, 1) its first number is in. */
    static Tensor thirds(Tensor x) {
        int rows = x.shape().dim(0);
        int[] classes = new int[rows];
        for (int i = 0; i < rows; i++) {
            classes[i] = (int) ((x.floats()[i * (x.size() / rows)] + 1) * 1.5);
        }
        return Tensor.of(classes);
    }
}
