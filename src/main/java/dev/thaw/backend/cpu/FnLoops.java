package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Fn;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Functions of one number, and their gradients, as loops over tiles. */
final class FnLoops {
    /** A formula over a tile, in place. */
    @FunctionalInterface
    private interface Formula {
        /** Replaces the first n numbers. */
        void apply(float[] x, int n);
    }

    /** A gradient over a tile, in place of the upstream. */
    @FunctionalInterface
    private interface Slope {
        /** Multiplies the first n numbers of g by the derivative at x, for SELU at the result. */
        void apply(float[] x, float[] g, int n);
    }

    /** A function at one point, where a loop has nothing to vectorise anyway. */
    @FunctionalInterface
    private interface Point {
        float at(float x);
    }

    private FnLoops() {}

    static Prepared value(Unary op) {
        Formula f = formula(op.fn());
        int size = Math.toIntExact(op.x().size());
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer x = m.of(op.x()).floats();
                            FloatBuffer y = m.of(op.y()).floats();
                            float[][] tiles = Tiles.perSlot();
                            return () ->
                                    Workers.run(
                                            size,
                                            Tiles.GRAIN,
                                            Tiles.SIZE,
                                            (slot, from, to) -> {
                                                float[] t = tiles[slot];
                                                for (int i = from; i < to; i += Tiles.SIZE) {
                                                    int n = Math.min(Tiles.SIZE, to - i);
                                                    x.get(i, t, 0, n);
                                                    f.apply(t, n);
                                                    y.put(i, t, 0, n);
                                                }
                                            });
                        });
    }

    static Prepared gradient(UnaryGrad op) {
        Slope s = slope(op.fn());
        Value point = op.fn().kind() == Fn.Kind.SELU ? op.y() : op.x();
        int size = Math.toIntExact(op.x().size());
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer x = m.of(point).floats();
                            FloatBuffer dy = m.of(op.dy()).floats();
                            FloatBuffer dx = m.of(op.dx()).floats();
                            float[][] xs = Tiles.perSlot();
                            float[][] gs = Tiles.perSlot();
                            return () ->
                                    Workers.run(
                                            size,
                                            Tiles.GRAIN,
                                            Tiles.SIZE,
                                            (slot, from, to) -> {
                                                float[] g = gs[slot];
                                                for (int i = from; i < to; i += Tiles.SIZE) {
                                                    int n = Math.min(Tiles.SIZE, to - i);
                                                    x.get(i, xs[slot], 0, n);
                                                    dy.get(i, g, 0, n);
                                                    s.apply(xs[slot], g, n);
                                                    dx.put(i, g, 0, n);
                                                }
                                            });
                        });
    }

    private static Formula formula(Fn fn) {
        float a = (float) fn.alpha();
        float b = (float) fn.beta();
        return switch (fn.kind()) {
            case RELU ->
                    (x, n) -> {
                        for (int i = 0; i < n; i++) {
                            x[i] = Math.max(x[i], 0);
                        }
                    };
            case RELU6 -> clip(0, 6);
            case CLIP -> clip(a, b);
            case HARD_SIGMOID ->
                    (x, n) -> {
                        for (int i = 0; i < n; i++) {
                            x[i] = Math.min(Math.max(x[i] + 3, 0), 6) / 6;
                        }
                    };
            case LOG -> each(x -> (float) Math.log(x));
            case SIGN -> each(Math::signum);
            case STEP -> each(x -> x > a ? 1 : 0);
            case SIN -> each(x -> (float) Math.sin(x));
            case COS -> each(x -> (float) Math.cos(x));
            case FLOOR -> each(x -> (float) Math.floor(x));
            case SOFTSIGN ->
                    (x, n) -> {
                        for (int i = 0; i < n; i++) {
                            x[i] = x[i] / (1 + Math.abs(x[i]));
                        }
                    };
            case RECIPROCAL ->
                    (x, n) -> {
                        for (int i = 0; i < n; i++) {
                            x[i] = 1 / x[i];
                        }
                    };
            case HUBER ->
                    (x, n) -> {
                        for (int i = 0; i < n; i++) {
                            float size = Math.abs(x[i]);
                            float within = Math.min(size, a);
                            x[i] = within * (size - within / 2);
                        }
                    };
            default -> throw new IllegalStateException("cpu: no loop for " + fn);
        };
    }

    private static Formula clip(float low, float high) {
        return (x, n) -> {
            for (int i = 0; i < n; i++) {
                x[i] = Math.min(Math.max(x[i], low), high);
            }
        };
    }

    private static Formula each(Point f) {
        return (x, n) -> {
            for (int i = 0; i < n; i++) {
                x[i] = f.at(x[i]);
            }
        };
    }

    private static Slope slope(Fn fn) {
        float a = (float) fn.alpha();
        float b = (float) fn.beta();
        return switch (fn.kind()) {
            case SELU ->
                    // at the result: b a e^x = y + b a
                    (y, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            g[i] *= y[i] >= 0 ? b : y[i] + b * a;
                        }
                    };
            case SOFTSIGN ->
                    (x, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            float d = 1 + Math.abs(x[i]);
                            g[i] = g[i] / (d * d);
                        }
                    };
            case SIGN, STEP, FLOOR -> (x, g, n) -> Arrays.fill(g, 0, n, 0);
            case SIN ->
                    (x, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            g[i] *= (float) Math.cos(x[i]);
                        }
                    };
            case COS ->
                    (x, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            g[i] *= (float) -Math.sin(x[i]);
                        }
                    };
            case RECIPROCAL ->
                    (x, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            g[i] = -g[i] / (x[i] * x[i]);
                        }
                    };
            case HUBER ->
                    (x, g, n) -> {
                        for (int i = 0; i < n; i++) {
                            g[i] *= Math.max(-a, Math.min(x[i], a));
                        }
                    };
            default -> throw new IllegalStateException("cpu: no loop for the gradient of " + fn);
        };
    }
}
