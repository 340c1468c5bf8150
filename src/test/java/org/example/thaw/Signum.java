package org.example.thaw;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.StandardOptimizer;

/** Descends by the sign of the momentum: Lion's rule with one decay for both of its averages. */
public final class Signum extends StandardOptimizer<Signum> {
    private double decay = .9;

    /** With a learning rate. */
    public Signum(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Signum(LearningRateSchedule schedule) {
        super(schedule);
    }

    @Override
    protected void properties(Properties p) {
        decay = p.number("decay", decay, Range.BELOW_ONE);
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Lion(decay, decay);
    }

    @Override
    protected String defaultName() {
        return "signum";
    }
}
