package dev.thaw.op;

/** A gradient arrives at an op that has no rule for it. */
public final class NoGradientException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoGradientException(String scope, Op op) {
        super(
                "%s: %s has no gradient: put it in front of the first layer that trains, or freeze what stands before it"
                        .formatted(scope, op.getClass().getSimpleName()));
    }
}
