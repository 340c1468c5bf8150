package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.Value;

import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent; the formula is {@link SgdUpdate}'s. Keras's default rate is 0.01.
 */
public final class SGD extends StandardOptimizer<SGD> {
    private double momentum;
    private boolean nesterov;

    /** Rate .01. */
    public SGD() {
        this(.01);
    }

    /** With a learning rate. */
    public SGD(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public SGD(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    @Override
    SGD self() {
        return this;
    }

    /** In [0, 1); default 0. */
    public SGD momentum(double value) {
        refuseIfUsed("momentum");
        momentum = fraction("momentum", value);
        return this;
    }

    /** Nesterov's form of momentum; default false. */
    public SGD nesterov(boolean value) {
        refuseIfUsed("nesterov");
        nesterov = value;
        return this;
    }

    @Override
    protected String defaultName() {
        return "sgd";
    }

    @Override
    protected List<List<String>> slotOrder() {
        return momentum == 0 ? List.of() : List.of(List.of("momentum"));
    }

    @Override
    protected void update(
            Program program, List<Update> updates, StepState state, double weightDecay) {
        List<Value> momenta = momentum == 0 ? List.of() : slotValues(program, updates, "momentum");
        program.emit(
                new SgdUpdate(
                        weights(updates),
                        gradients(updates),
                        momenta,
                        state.learningRate(),
                        state.health(),
                        momentum,
                        nesterov,
                        weightDecay));
    }

    @Override
    protected void describe(Map<String, Object> config) {
        config.put("momentum", momentum);
        config.put("nesterov", nesterov);
    }
}
