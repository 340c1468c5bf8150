package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Softmax;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;

/**
 * An activation by Keras's name. {@link Fn.Kind} has the formulas.
 *
 * @param name Keras's name
 * @param fn the function, or null for {@code linear} and {@code softmax}
 */
public record ActivationFunction(String name, Fn fn) {
    /** y = x. */
    public static final ActivationFunction LINEAR = new ActivationFunction("linear", null);

    /** max(x, 0). */
    public static final ActivationFunction RELU = of("relu", Fn.Kind.RELU, 0, 0);

    /** min(max(x, 0), 6). */
    public static final ActivationFunction RELU6 = of("relu6", Fn.Kind.RELU6, 0, 0);

    /** x where positive, else 0.2 x; the layer {@code LeakyReLU} has 0.3. */
    public static final ActivationFunction LEAKY_RELU = of("leaky_relu", Fn.Kind.LEAKY_RELU, .2, 0);

    /** x where positive, else e^x - 1. */
    public static final ActivationFunction ELU = of("elu", Fn.Kind.ELU, 1, 0);

    /** The self-normalizing ELU of Klambauer et al. (2017). */
    public static final ActivationFunction SELU =
            of("selu", Fn.Kind.SELU, 1.6732632423543772, 1.0507009873554805);

    /** 1 / (1 + e^-x). */
    public static final ActivationFunction SIGMOID = of("sigmoid", Fn.Kind.SIGMOID, 0, 0);

    /** tanh x. */
    public static final ActivationFunction TANH = of("tanh", Fn.Kind.TANH, 0, 0);

    /** e^x_i / sum_k e^x_k over the last axis. */
    public static final ActivationFunction SOFTMAX = new ActivationFunction("softmax", null);

    /** ln(1 + e^x). */
    public static final ActivationFunction SOFTPLUS = of("softplus", Fn.Kind.SOFTPLUS, 0, 0);

    /** x / (1 + |x|). */
    public static final ActivationFunction SOFTSIGN = of("softsign", Fn.Kind.SOFTSIGN, 0, 0);

    /** x / (1 + e^-x), also called swish. */
    public static final ActivationFunction SILU = of("silu", Fn.Kind.SILU, 0, 0);

    /** x (1 + erf(x / sqrt 2)) / 2. */
    public static final ActivationFunction GELU = of("gelu", Fn.Kind.GELU, 0, 0);

    /** min(max(x + 3, 0), 6) / 6. */
    public static final ActivationFunction HARD_SIGMOID =
            of("hard_sigmoid", Fn.Kind.HARD_SIGMOID, 0, 0);

    /** x min(max(x + 3, 0), 6) / 6. */
    public static final ActivationFunction HARD_SILU = of("hard_silu", Fn.Kind.HARD_SILU, 0, 0);

    /** e^x. */
    public static final ActivationFunction EXPONENTIAL = of("exponential", Fn.Kind.EXP, 0, 0);

    private static ActivationFunction of(String name, Fn.Kind kind, double alpha, double beta) {
        return new ActivationFunction(name, new Fn(kind, alpha, beta));
    }

    /** Emits the function and returns its result; {@code linear} emits nothing. */
    Value lower(Lowering l, Value x) {
        if (this.equals(LINEAR)) {
            return x;
        }
        Value y = l.temp(name, x.shape());
        l.emit(this.equals(SOFTMAX) ? new Softmax(x, y) : new Unary(x, y, fn));
        return y;
    }
}
