package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** In the place of a loss, for an output that has none: Keras's None. */
final class NoLoss implements Loss {
    static final Loss INSTANCE = new NoLoss();

    private NoLoss() {}

    @Override
    public String name() {
        return "no loss";
    }

    @Override
    public String className() {
        return "None";
    }

    @Override
    public Loss configure(Properties p) {
        return this;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        throw new IllegalStateException("an output without a loss has no values of a loss");
    }

    @Override
    public Loss withReduction(Reduction reduction) {
        return this;
    }

    @Override
    public Loss named(String name) {
        return this;
    }

    @Override
    public String toString() {
        return "no loss";
    }
}
