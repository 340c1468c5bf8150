package dev.thaw.op;

import java.util.Optional;

/**
 * What follows a normalization or a convolution within the same op. Both functions tell by their
 * result alone where they let the argument through, so that the gradient needs no argument.
 */
public enum Rectifier {
    /** Nothing: y = x. */
    NONE,
    /** max(x, 0), as {@link Fn.Function#RELU}. */
    RELU,
    /** min(max(x, 0), 6), as {@link Fn.Function#RELU6}. */
    RELU6;

    /** The rectifier that is this function; empty where none is. */
    public static Optional<Rectifier> of(Fn fn) {
        return switch (fn.function()) {
            case RELU -> Optional.of(RELU);
            case RELU6 -> Optional.of(RELU6);
            default -> Optional.empty();
        };
    }

    /**
     * The same function as one of {@link Fn}.
     *
     * @throws IllegalStateException for {@link #NONE}
     */
    public Fn fn() {
        return switch (this) {
            case RELU -> Fn.of(Fn.Function.RELU);
            case RELU6 -> Fn.of(Fn.Function.RELU6);
            case NONE -> throw new IllegalStateException("Rectifier.NONE is no function");
        };
    }

    /** The upstream gradient of y as far as this let its argument through, as y itself tells. */
    Value passed(Gradients g, Value y) {
        if (this == NONE) {
            return g.of(y);
        }
        Value passed = g.temp("passed", y.shape());
        g.emit(new UnaryGrad(y, y, g.of(y), passed, fn()));
        return passed;
    }
}
