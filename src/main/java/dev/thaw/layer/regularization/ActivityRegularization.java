package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.activation.Elementwise;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.op.Value;

/**
 * y = x, and the loss adds (l1 sum |x| + l2 sum x^2) / batch, in every mode. x, y: any shape, the
 * same.
 */
public final class ActivityRegularization extends Elementwise<ActivityRegularization> {
    private double l1;
    private double l2;

    /** Adds nothing yet. */
    public ActivityRegularization() {}

    /** With the factors of absolute values and of squares, each at least 0. */
    public ActivityRegularization(double l1, double l2) {
        l1(l1).l2(l2);
    }

    /** As in Keras, whose class says its regularizer by l1 and l2. */
    @Override
    protected void common(Properties p) {
        trainable(p);
    }

    @Override
    protected void properties(Properties p) {
        l1 = p.number("l1", l1, Range.NOT_NEGATIVE);
        l2 = p.number("l2", l2, Range.NOT_NEGATIVE);
    }

    @Override
    public Regularizer activityRegularizer() {
        return new Regularizer(l1, l2);
    }

    /** Factor of the absolute values, at least 0; default 0. */
    public ActivityRegularization l1(double value) {
        return with("l1", value);
    }

    /** Factor of the squares, at least 0; default 0. */
    public ActivityRegularization l2(double value) {
        return with("l2", value);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return x;
    }
}
