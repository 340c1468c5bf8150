package dev.thaw.layer;

import dev.thaw.op.Value;

import java.util.Map;

/**
 * y = x, and the loss adds (l1 sum |x| + l2 sum x^2) / batch, in every mode. x, y: any shape, the
 * same.
 */
public final class ActivityRegularization extends Elementwise {
    private final double l1;
    private final double l2;

    /** With the factors of absolute values and of squares, each at least 0. */
    public ActivityRegularization(double l1, double l2) {
        this.l1 = l1;
        this.l2 = l2;
        activityRegularizer(new Regularizer(l1, l2));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return x;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.remove("activity_regularizer"); // as Keras, whose class says it by l1 and l2
        config.put("l1", l1);
        config.put("l2", l2);
    }
}
