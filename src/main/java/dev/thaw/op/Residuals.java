package dev.thaw.op;

/** The gradient of what is added within an op before a rectifier. */
final class Residuals {
    private Residuals() {}

    /** Refuses a gradient with a rectifier but without the result that it is read off. */
    static void check(String op, Rectifier rectifier, Value y) {
        if ((rectifier == Rectifier.NONE) != (y == null)) {
            throw new IllegalArgumentException(
                    "%s: y must be given with a rectifier, and only then; got %s and y=%s"
                            .formatted(op, rectifier, y));
        }
    }

    /**
     * Where the op's gradient writes the residual's: null where it is not wanted, or where it is
     * the upstream gradient itself, which is then passed on as it is.
     */
    static Value gradient(Gradients g, Value residual, Value dy, Rectifier rectifier) {
        if (!g.wants(residual)) {
            return null;
        }
        if (rectifier == Rectifier.NONE) {
            g.pass(residual, dy);
            return null;
        }
        return g.sink(residual);
    }
}
