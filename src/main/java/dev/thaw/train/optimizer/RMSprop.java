package dev.thaw.train.optimizer;

import dev.thaw.op.UpdateRule;

import java.util.List;
import java.util.Map;

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

    @Override
    protected RMSprop self() {
        return this;
    }

    /** Decay of the squared gradients, in [0, 1); default 0.9. */
    public RMSprop rho(double value) {
        refuseIfUsed("rho");
        rho = fraction("rho", value);
        return this;
    }

    /** In [0, 1); default 0. */
    public RMSprop momentum(double value) {
        refuseIfUsed("momentum");
        momentum = fraction("momentum", value);
        return this;
    }

    /** Added under the root; default 1e-7. */
    public RMSprop epsilon(double value) {
        refuseIfUsed("epsilon");
        epsilon = atLeastZero("epsilon", value);
        return this;
    }

    /** Whether the mean gradient's square is subtracted; default false. */
    public RMSprop centered(boolean value) {
        refuseIfUsed("centered");
        centered = value;
        return this;
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
    protected void describe(Map<String, Object> config) {
        config.put("rho", rho);
        config.put("momentum", momentum);
        config.put("epsilon", epsilon);
        config.put("centered", centered);
    }
}
