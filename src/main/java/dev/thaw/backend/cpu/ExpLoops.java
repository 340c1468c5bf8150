package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Fn;
import dev.thaw.op.Unary;

import java.nio.FloatBuffer;

/**
 * Functions that are an exponential between two cheap formulas. oneDNN's exponential is accurate
 * and far faster than Java's; its own softplus and gelu are off by up to 4e-6 and 1e-6. So y first
 * takes the exponent, then the exponential, then the result.
 */
final class ExpLoops {
    private static final float HALF_ROOT = (float) Math.sqrt(.5);

    private ExpLoops() {}

    static boolean has(Fn fn) {
        return fn.function() == Fn.Function.SOFTPLUS || fn.function() == Fn.Function.GELU;
    }

    /** The step before the exponential. */
    static Kernel exponent(Unary op, Pipeline.Memory m) {
        boolean gelu = op.fn().function() == Fn.Function.GELU;
        return loop(op, m, gelu ? ExpLoops::geluExponent : ExpLoops::softplusExponent);
    }

    /** The step after the exponential. */
    static Kernel result(Unary op, Pipeline.Memory m) {
        boolean gelu = op.fn().function() == Fn.Function.GELU;
        return loop(op, m, gelu ? ExpLoops::gelu : ExpLoops::softplus);
    }

    private static Kernel loop(Unary op, Pipeline.Memory m, Tiles.Formula formula) {
        FloatBuffer y = m.of(op.y()).floats();
        return Tiles.map(Math.toIntExact(op.x().size()), m.of(op.x()).floats(), y, y, formula);
    }

    private static void softplusExponent(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = -Math.abs(x[i]);
        }
    }

    /** max(x, 0) + ln(1 + e), with ln(1 + e) = 2 artanh(e / (2 + e)) and e in [0, 1]. */
    private static void softplus(float[] x, float[] e, int n) {
        for (int i = 0; i < n; i++) {
            float s = e[i] / (2 + e[i]);
            float q = s * s;
            float p = 1 / 13f + q * (1 / 15f);
            p = 1 / 9f + q * (1 / 11f + q * p);
            p = 1 / 5f + q * (1 / 7f + q * p);
            p = s + s * q * (1 / 3f + q * p);
            e[i] = Math.max(x[i], 0) + 2 * p;
        }
    }

    /**
     * erfc(z) = t e^(this) for z = |x| / sqrt 2, t = 1 / (1 + z / 2), to 1.2e-7 of itself: the
     * Chebyshev fit of Numerical Recipes in C, 2nd edition, section 6.2.
     */
    private static void geluExponent(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            float z = Math.min(Math.abs(x[i]) * HALF_ROOT, 20); // e^-400 is 0
            float t = 1 / (1 + .5f * z);
            float p = -0.82215223f + t * 0.17087277f;
            p = -1.13520398f + t * (1.48851587f + t * p);
            p = -0.18628806f + t * (0.27886807f + t * p);
            p = 0.37409196f + t * (0.09678418f + t * p);
            y[i] = -z * z - 1.26551223f + t * (1.00002368f + t * p);
        }
    }

    /** x Phi(x) = max(x, 0) - |x| erfc(|x| / sqrt 2) / 2, which does not cancel. */
    private static void gelu(float[] x, float[] e, int n) {
        for (int i = 0; i < n; i++) {
            float size = Math.min(Math.abs(x[i]), 30); // infinity times 0 is no number
            float t = 1 / (1 + .5f * (size * HALF_ROOT));
            e[i] = Math.max(x[i], 0) - size * (.5f * t * e[i]);
        }
    }
}
