package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

import java.util.List;

/**
 * RMSprop in Keras's form, with epsilon under the root; the formula is {@link
 * UpdateRule.Rmsprop}'s. Keras's defaults: rate 0.001, rho 0.9, epsilon 1e-7.
 */
public final class RMSprop extends StandardOptimizer<RMSprop> {
    private double rho = .9;
    private double momentum;
    private double epsilon = 1e-7;
    private boolean centered;

    /** Rate .001. */
    public RMSprop() {
        this(.001);
    }

    /** With a learning rate. */
    public RMSprop(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public RMSprop(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Decay of the squared gradients, in [0, 1); default 0.9. */
    public RMSprop rho(double value) {
        return with("rho", value);
    }

    /** In [0, 1); default 0. */
    public RMSprop momentum(double value) {
        return with("momentum", value);
    }

    /** Added under the root; default 1e-7. */
    public RMSprop epsilon(double value) {
        return with("epsilon", value);
    }

    /** Whether the mean gradient's square is subtracted; default false. */
    public RMSprop centered(boolean value) {
        return with("centered", value);
    }

    @Override
    protected String defaultName() {
        return "rm_sprop";
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Rmsprop(rho, momentum, epsilon, centered);
    }

    /** A pass over the weights for each slot. */
    @Override
    protected List<List<String>> slotOrder() {
        return rule().slots().stream().map(List::of).toList();
    }

    @Override
    protected void properties(Properties p) {
        rho = p.number("rho", rho, Range.BELOW_ONE);
        momentum = p.number("momentum", momentum, Range.BELOW_ONE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
        centered = p.bool("centered", centered);
    }
}
