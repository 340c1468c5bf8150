package dev.thaw.op;

/**
 * A function of one number, with its constants. Where a formula needs no constant, {@code alpha}
 * and {@code beta} are 0.
 *
 * @param function which formula
 * @param alpha the first constant of the formula, rounded to float32
 * @param beta the second constant of the formula, rounded to float32
 */
public record Fn(Function function, double alpha, double beta) {
    /** The formulas; x is the argument, a and b are alpha and beta. */
    public enum Function {
        /** max(x, 0); its gradient at 0 is 0. */
        RELU,
        /** min(max(x, 0), 6); its gradient at 0 and at 6 is 0. */
        RELU6,
        /** x where x &gt; 0, else a x. */
        LEAKY_RELU,
        /** x where x &gt; 0, else a (e^x - 1). */
        ELU,
        /** b x where x &gt;= 0, else b a (e^x - 1); its gradient at 0 is b, as in TensorFlow. */
        SELU,
        /** 1 / (1 + e^-x). */
        SIGMOID,
        /** tanh x. */
        TANH,
        /** ln(1 + e^x), computed as max(x, 0) + ln(1 + e^-|x|). */
        SOFTPLUS,
        /** x / (1 + |x|). */
        SOFTSIGN,
        /** x / (1 + e^-x), also called swish. */
        SILU,
        /** x (1 + erf(x / sqrt 2)) / 2. */
        GELU,
        /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
        GELU_TANH,
        /** min(max(x + 3, 0), 6) / 6; its gradient at -3 and at 3 is 0. */
        HARD_SIGMOID,
        /** x min(max(x + 3, 0), 6) / 6; its gradient is 0 up to x = -3 and 1 from x = 3. */
        HARD_SILU,
        /** e^x. */
        EXP,
        /** ln x. */
        LOG,
        /** x^2. */
        SQUARE,
        /** sqrt x. */
        SQRT,
        /** |x|; its gradient at 0 is 0. */
        ABS,
        /** -1, 0 or 1; its gradient is 0. */
        SIGN,
        /** 1 / x. */
        RECIPROCAL,
        /** min(max(x, a), b); its gradient is 1 within [a, b], bounds included. */
        CLIP,
        /** Huber's loss of an error x with threshold a: x^2/2 up to |x| = a, then a |x| - a^2/2. */
        HUBER,
        /** 1 where x &gt; a, else 0; its gradient is 0. */
        STEP,
        /** sin x, x in radians. */
        SIN,
        /** cos x, x in radians. */
        COS,
        /** The largest whole number that is at most x; its gradient is 0. */
        FLOOR
    }

    /** Whether the slope is 0 wherever there is one. */
    boolean isFlat() {
        return function == Function.SIGN || function == Function.STEP || function == Function.FLOOR;
    }

    /** A formula without constants. */
    public static Fn of(Function function) {
        return new Fn(function, 0, 0);
    }

    @Override
    public String toString() {
        return alpha == 0 && beta == 0
                ? function.name()
                : function + "(" + alpha + ", " + beta + ")";
    }
}
