package dev.thaw.backend.cpu;

import dev.thaw.backend.cpu.ConvolutionPrimitive.Result;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A convolution, or one of its gradients, by plain loops that add up in double precision: for
 * windows for which {@link WindowGeometry#isOrdinary} says that oneDNN must not see them.
 *
 * @param x the images, or their gradient
 * @param w the filters [window.., C / groups, F], or their gradient
 * @param bias added to the outputs; null for none
 * @param y the outputs, or their gradient
 */
record ConvolutionLoops(
        Result result, Value x, Value w, Value bias, Value y, Window window, int groups) {
    private static final int RANK = 3;

    Pipeline prepare() {
        return new Pipeline()
                .then(
                        m ->
                                kernel(
                                        m.of(x).floats(),
                                        m.of(w).floats(),
                                        bias == null ? null : m.of(bias).floats(),
                                        m.of(y).floats()));
    }

    private Kernel kernel(FloatBuffer x, FloatBuffer w, FloatBuffer bias, FloatBuffer y) {
        return switch (result) {
            case OUTPUT -> () -> outputs(x, floats(w), bias == null ? null : floats(bias), y);
            case INPUT -> () -> images(x, floats(w), y);
            case FILTERS -> () -> filters(x, w, y);
        };
    }

    private static float[] floats(FloatBuffer from) {
        float[] all = new float[from.capacity()];
        from.get(0, all);
        return all;
    }

    private void outputs(FloatBuffer x, float[] w, float[] bias, FloatBuffer y) {
        Workers.run(
                batch(),
                1,
                1,
                (slot, from, to) -> {
                    double[] sums = new double[size(this.y)];
                    for (int n = from; n < to; n++) {
                        float[] image = row(x, this.x, n);
                        for (int i = 0; i < sums.length; i++) {
                            sums[i] = bias == null ? 0 : bias[i % bias.length];
                        }
                        products((i, k, o) -> sums[o] += (double) image[i] * w[k]);
                        write(sums, y, n);
                    }
                });
    }

    private void images(FloatBuffer x, float[] w, FloatBuffer y) {
        Workers.run(
                batch(),
                1,
                1,
                (slot, from, to) -> {
                    double[] sums = new double[size(this.x)];
                    for (int n = from; n < to; n++) {
                        float[] up = row(y, this.y, n);
                        Arrays.fill(sums, 0);
                        products((i, k, o) -> sums[i] += (double) up[o] * w[k]);
                        write(sums, x, n);
                    }
                });
    }

    private void filters(FloatBuffer x, FloatBuffer w, FloatBuffer y) {
        double[] sums = new double[Math.toIntExact(this.w.size())];
        for (int n = 0; n < batch(); n++) {
            float[] image = row(x, this.x, n);
            float[] up = row(y, this.y, n);
            products((i, k, o) -> sums[k] += (double) image[i] * up[o]);
        }
        write(sums, w, 0);
    }

    private int batch() {
        return x.shape().dim(0);
    }

    /** Numbers of one image. */
    private static int size(Value v) {
        return Math.toIntExact(v.size() / v.shape().dim(0));
    }

    private static float[] row(FloatBuffer from, Value v, int n) {
        float[] row = new float[size(v)];
        from.get(n * row.length, row);
        return row;
    }

    private static void write(double[] sums, FloatBuffer to, int n) {
        float[] rounded = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            rounded[i] = (float) sums[i];
        }
        to.put(n * sums.length, rounded);
    }

    /** Positions in an image, the filters and that image's outputs that meet in one product. */
    private interface Product {
        void add(int i, int k, int o);
    }

    /** All products of an image. */
    private void products(Product product) {
        int[] out = new int[RANK];
        int[] extents = extents(y);
        for (out[0] = 0; out[0] < extents[0]; out[0]++) {
            for (out[1] = 0; out[1] < extents[1]; out[1]++) {
                for (out[2] = 0; out[2] < extents[2]; out[2]++) {
                    taps(out, 0, 0, 0, flat(out, extents), product);
                }
            }
        }
    }

    /** The products of an output with the cells of its window that see the input. */
    private void taps(int[] out, int axis, int cell, int tap, int output, Product product) {
        if (axis == RANK) {
            channels(cell, tap, output, product);
            return;
        }
        int a = axis - (RANK - window.rank());
        if (a < 0) {
            taps(out, axis + 1, cell, tap, output, product);
            return;
        }
        int size = window.size().get(a);
        int in = x.shape().dim(a + 1);
        long dilation = window.dilation().get(a);
        long begin = window.begin(a, out[axis]);
        for (long t = window.firstInside(a, out[axis]);
                t < size && begin + t * dilation < in;
                t++) {
            int at = (int) (begin + t * dilation);
            taps(out, axis + 1, cell * in + at, tap * size + (int) t, output, product);
        }
    }

    private void channels(int cell, int tap, int output, Product product) {
        int channels = x.shape().last();
        int filters = y.shape().last();
        int seen = channels / groups;
        int share = filters / groups;
        for (int c = 0; c < channels; c++) {
            int group = c / seen;
            int w = (tap * seen + c - group * seen) * filters;
            for (int f = group * share; f < (group + 1) * share; f++) {
                product.add(cell * channels + c, w + f, output * filters + f);
            }
        }
    }

    private static int flat(int[] at, int[] extents) {
        return (at[0] * extents[1] + at[1]) * extents[2] + at[2];
    }

    /** The spatial extents behind extents of 1. */
    private static int[] extents(Value v) {
        int rank = v.shape().rank() - 2;
        int[] all = new int[RANK];
        Arrays.fill(all, 1);
        for (int i = 0; i < rank; i++) {
            all[RANK - rank + i] = v.shape().dim(i + 1);
        }
        return all;
    }
}
