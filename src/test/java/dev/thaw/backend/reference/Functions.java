package dev.thaw.backend.reference;

import dev.thaw.op.Fn;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import java.nio.DoubleBuffer;

/** The formulas of {@link Fn} and their derivatives. */
final class Functions {
    private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBIC = 0.044715;

    private Functions() {}

    static double value(Fn fn, double x) {
        double a = (float) fn.alpha();
        double b = (float) fn.beta();
        return switch (fn.function()) {
            case RELU -> Math.max(x, 0);
            case RELU6 -> clip(x, 0, 6);
            case LEAKY_RELU -> x > 0 ? x : a * x;
            case ELU -> x > 0 ? x : a * Math.expm1(x);
            case SELU -> x >= 0 ? b * x : b * a * Math.expm1(x);
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case SILU -> x * sigmoid(x);
            case GELU -> x * (1 + erf(x / Math.sqrt(2))) / 2;
            case GELU_TANH -> x * (1 + Math.tanh(geluArgument(x))) / 2;
            case HARD_SIGMOID -> clip(x + 3, 0, 6) / 6;
            case HARD_SILU -> x * clip(x + 3, 0, 6) / 6;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQUARE -> x * x;
            case SQRT -> Math.sqrt(x);
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case RECIPROCAL -> 1 / x;
            case CLIP -> clip(x, a, b);
            case HUBER -> Math.abs(x) <= a ? x * x / 2 : a * Math.abs(x) - a * a / 2;
            case STEP -> x > a ? 1 : 0;
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case FLOOR -> Math.floor(x);
        };
    }

    static double rectified(Rectifier rectifier, double x) {
        return rectifier == Rectifier.NONE ? x : value(rectifier.fn(), x);
    }

    /** y = r(y + residual). */
    static void finish(Value y, Value residual, Rectifier rectifier, Cells cells) {
        DoubleBuffer result = cells.numbers(y);
        for (int i = 0; i < y.size(); i++) {
            double sum = result.get(i) + cells.numberOr(0, residual, i);
            result.put(i, rectified(rectifier, sum));
        }
    }

    static double derivative(Fn fn, double x) {
        double a = (float) fn.alpha();
        double b = (float) fn.beta();
        return switch (fn.function()) {
            case RELU -> x > 0 ? 1 : 0;
            case RELU6 -> x > 0 && x < 6 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : a;
            case ELU -> x > 0 ? 1 : a * Math.exp(x);
            case SELU -> x >= 0 ? b : b * a * Math.exp(x);
            case SIGMOID -> sigmoid(x) * sigmoid(-x);
            case TANH -> 1 / (Math.cosh(x) * Math.cosh(x));
            case SOFTPLUS -> sigmoid(x);
            case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
            case SILU -> sigmoid(x) * (1 + x * sigmoid(-x));
            case GELU ->
                    (1 + erf(x / Math.sqrt(2))) / 2
                            + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> geluTanhDerivative(x);
            case HARD_SIGMOID -> x > -3 && x < 3 ? 1 / 6.0 : 0;
            case HARD_SILU -> x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
            case EXP -> Math.exp(x);
            case LOG -> 1 / x;
            case SQUARE -> 2 * x;
            case SQRT -> 0.5 / Math.sqrt(x);
            case ABS -> Math.signum(x);
            case SIGN, STEP, FLOOR -> 0;
            case SIN -> Math.cos(x);
            case COS -> -Math.sin(x);
            case RECIPROCAL -> -1 / (x * x);
            case CLIP -> x >= a && x <= b ? 1 : 0;
            case HUBER -> clip(x, -a, a);
        };
    }

    private static double clip(double x, double low, double high) {
        return Math.min(Math.max(x, low), high);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double geluArgument(double x) {
        return GELU_SLOPE * (x + GELU_CUBIC * x * x * x);
    }

    private static double geluTanhDerivative(double x) {
        double t = Math.tanh(geluArgument(x));
        double slope = GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
        return (1 + t) / 2 + x * (1 - t * t) * slope / 2;
    }

    /**
     * The error function by 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 .. (2n+1)), whose terms
     * all have one sign (Abramowitz and Stegun 7.1.6); beyond 6 it is 1 to the last bit.
     */
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
