package org.example.thaw;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;
import dev.thaw.train.optimizer.StandardOptimizer;

/** Momentum that begins at 0.95: a name and a default of one's own for a rule that is there. */
public final class Sluggish extends StandardOptimizer<Sluggish> {
    private double inertia = .95;

    /** Rate 0.05. */
    public Sluggish() {
        super(.05);
    }

    @Override
    protected void properties(Properties p) {
        inertia = p.number("inertia", inertia, Range.BELOW_ONE);
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Momentum(inertia);
    }

    @Override
    protected String defaultName() {
        return "sluggish";
    }
}
