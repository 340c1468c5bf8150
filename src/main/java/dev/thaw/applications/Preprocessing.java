package dev.thaw.applications;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Objects;

/**
 * How pixels, RGB in [0, 255], become what a network was trained on: Keras's {@code
 * preprocess_input} and its modes, in float32 and bit for bit.
 */
public enum Preprocessing {
    /** x / 127.5 - 1: in [-1, 1]. */
    TF(false, 127.5f, new float[] {1, 1, 1}, new float[] {1, 1, 1}),
    /** (x / 255 - mean) / deviation of each channel over ImageNet. */
    TORCH(false, 255, new float[] {.485f, .456f, .406f}, new float[] {.229f, .224f, .225f}),
    /** BGR instead of RGB, less the mean of each channel over ImageNet. */
    CAFFE(true, 1, new float[] {103.939f, 116.779f, 123.68f}, new float[] {1, 1, 1}),
    /** As it is: the network scales its pixels itself. */
    NONE(false, 1, new float[3], new float[] {1, 1, 1});

    private final boolean reversed;
    private final float divisor;
    private final float[] mean;
    private final float[] deviation;

    Preprocessing(boolean reversed, float divisor, float[] mean, float[] deviation) {
        this.reversed = reversed;
        this.divisor = divisor;
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * The prepared pixels; the given ones stay as they are.
     *
     * @param pixels FLOAT32 or INT32, [H, W, 3] or [N, H, W, 3]; TF and NONE take any shape
     */
    public Tensor apply(Tensor pixels) {
        Shape shape = Objects.requireNonNull(pixels, "pixels").shape();
        boolean perChannel = this == TORCH || this == CAFFE;
        if (perChannel && (shape.rank() < 3 || shape.rank() > 4 || shape.last() != 3)) {
            throw new IllegalArgumentException(
                    "preprocess: pixels must be (height, width, 3) or (batch, height, width, 3), got "
                            + shape);
        }
        float[] x = floats(pixels);
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            int c = perChannel ? i % 3 : 0;
            float pixel = reversed ? x[i - c + 2 - c] : x[i];
            y[i] = (pixel / divisor - mean[c]) / deviation[c];
        }
        return Tensor.of(y, shape);
    }

    private static float[] floats(Tensor pixels) {
        if (pixels.dtype() == DType.FLOAT32) {
            return pixels.floats();
        }
        if (pixels.dtype() != DType.INT32) {
            throw new IllegalArgumentException(
                    "preprocess: pixels must be FLOAT32 or INT32, got " + pixels.dtype());
        }
        int[] whole = pixels.ints();
        float[] x = new float[whole.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = whole[i];
        }
        return x;
    }
}
