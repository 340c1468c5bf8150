package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;
import dev.thaw.op.Window;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Pooling by plain loops, one image at a time, for windows that oneDNN has no fast code for. A
 * window that lies in the padding alone has the maximum -infinity, the mean 0 and no gradient.
 */
final class WindowLoops {
    private static final int GRAIN = 32_768;

    private final WindowGeometry geometry;
    private final Pool.Function function;
    private final int channels;
    private final int inSize;
    private final int outSize;

    /** For each output cell the input cells of its window, in row-major order. */
    private final int[][] seen;

    private WindowLoops(WindowGeometry geometry, Pool.Function function) {
        this.geometry = geometry;
        this.function = function;
        channels = (int) geometry.inChannels();
        inSize = (int) (WindowGeometry.size(geometry.in()) / geometry.in()[0]);
        outSize = (int) (WindowGeometry.size(geometry.out()) / geometry.out()[0]);
        seen = new int[outSize / channels][];
        int[] at = new int[geometry.window().rank()];
        for (int o = 0; o < seen.length; o++) {
            int rest = o;
            for (int i = at.length - 1; i >= 0; i--) {
                at[i] = rest % geometry.out()[i + 1];
                rest /= geometry.out()[i + 1];
            }
            seen[o] = window(at);
        }
    }

    private int[] window(int[] output) {
        Window w = geometry.window();
        int[] cells = new int[(int) geometry.cells()];
        int count = 0;
        for (int k = 0; k < cells.length; k++) {
            int rest = k;
            int cell = 0;
            int factor = 1;
            boolean real = true;
            for (int i = output.length - 1; i >= 0; i--) {
                int extent = geometry.in()[i + 1];
                int tap = rest % w.size().get(i);
                rest /= w.size().get(i);
                long at = w.begin(i, output[i]) + (long) tap * w.dilation().get(i);
                real &= at >= 0 && at < extent;
                cell += (int) at * factor;
                factor *= extent;
            }
            if (real) {
                cells[count++] = cell;
            }
        }
        return Arrays.copyOf(cells, count);
    }

    static Prepared pool(Pool op) {
        WindowLoops loops =
                new WindowLoops(WindowGeometry.of(op.x(), op.y(), op.window()), op.function());
        return new Pipeline()
                .then(m -> loops.forward(m.of(op.x()).floats(), m.of(op.y()).floats()));
    }

    static Prepared poolGrad(PoolGrad op) {
        WindowLoops loops =
                new WindowLoops(WindowGeometry.of(op.dx(), op.dy(), op.window()), op.function());
        return new Pipeline()
                .then(
                        m ->
                                loops.backward(
                                        m.of(op.x()).floats(),
                                        m.of(op.dy()).floats(),
                                        m.of(op.dx()).floats()));
    }

    private int grain() {
        return Math.max(1, GRAIN / inSize);
    }

    private Kernel forward(FloatBuffer x, FloatBuffer y) {
        float[][] images = new float[Workers.SLOTS][inSize];
        float[][] results = new float[Workers.SLOTS][outSize];
        return () ->
                Workers.run(
                        geometry.in()[0],
                        grain(),
                        1,
                        (slot, from, to) -> {
                            for (int n = from; n < to; n++) {
                                x.get(n * inSize, images[slot]);
                                forward(images[slot], results[slot]);
                                y.put(n * outSize, results[slot]);
                            }
                        });
    }

    private void forward(float[] x, float[] y) {
        boolean max = function == Pool.Function.MAX;
        for (int o = 0; o < seen.length; o++) {
            int to = o * channels;
            Arrays.fill(y, to, to + channels, max ? Float.NEGATIVE_INFINITY : 0);
            for (int cell : seen[o]) {
                int from = cell * channels;
                for (int c = 0; c < channels; c++) {
                    float v = x[from + c];
                    y[to + c] = max ? Math.max(y[to + c], v) : y[to + c] + v;
                }
            }
            if (!max && seen[o].length > 1) {
                for (int c = 0; c < channels; c++) {
                    y[to + c] /= seen[o].length;
                }
            }
        }
    }

    private Kernel backward(FloatBuffer x, FloatBuffer dy, FloatBuffer dx) {
        float[][] images = new float[Workers.SLOTS][inSize];
        float[][] upstreams = new float[Workers.SLOTS][outSize];
        float[][] results = new float[Workers.SLOTS][inSize];
        return () ->
                Workers.run(
                        geometry.in()[0],
                        grain(),
                        1,
                        (slot, from, to) -> {
                            for (int n = from; n < to; n++) {
                                x.get(n * inSize, images[slot]);
                                dy.get(n * outSize, upstreams[slot]);
                                backward(images[slot], upstreams[slot], results[slot]);
                                dx.put(n * inSize, results[slot]);
                            }
                        });
    }

    private void backward(float[] x, float[] dy, float[] dx) {
        Arrays.fill(dx, 0);
        for (int o = 0; o < seen.length; o++) {
            for (int c = 0; c < channels; c++) {
                float upstream = dy[o * channels + c];
                if (function == Pool.Function.AVERAGE) {
                    for (int cell : seen[o]) {
                        dx[cell * channels + c] += upstream / seen[o].length;
                    }
                } else if (seen[o].length > 0) {
                    dx[winner(x, seen[o], c)] += upstream;
                }
            }
        }
    }

    private int winner(float[] x, int[] cells, int c) {
        int best = cells[0] * channels + c;
        for (int cell : cells) {
            int i = cell * channels + c;
            if (x[i] > x[best] || Float.isNaN(x[i]) && !Float.isNaN(x[best])) {
                best = i;
            }
        }
        return best;
    }
}
