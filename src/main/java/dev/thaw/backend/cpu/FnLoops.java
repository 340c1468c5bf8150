package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Fn;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;

import java.util.Arrays;

/** Functions of one number, and their gradients, as loops over tiles. */
final class FnLoops {
    /** A formula over a tile, in place. */
    @FunctionalInterface
    private interface Formula {
        /** Replaces the first n numbers. */
        void apply(float[] x, int n);
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
                        m ->
                                Tiles.map(
                                        size,
                                        null,
                                        m.of(op.x()).floats(),
                                        m.of(op.y()).floats(),
                                        (beside, x, n) -> f.apply(x, n)));
    }

    static Prepared gradient(UnaryGrad op) {
        Tiles.Formula s = slope(op.fn());
        Value point = op.fn().function() == Fn.Function.SELU ? op.y() : op.x();
        int size = Math.toIntExact(op.x().size());
        return new Pipeline()
                .then(
                        m ->
                                Tiles.map(
                                        size,
                                        m.of(point).floats(),
                                        m.of(op.dy()).floats(),
                                        m.of(op.dx()).floats(),
                                        s));
    }

    private static Formula formula(Fn fn) {
        float a = (float) fn.alpha();
        float b = (float) fn.beta();
        return switch (fn.function()) {
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

    /** Multiplies the upstream by the derivative at x, for SELU at the result. */
    private static Tiles.Formula slope(Fn fn) {
        float a = (float) fn.alpha();
        float b = (float) fn.beta();
        return switch (fn.function()) {
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
