package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.Value;

import java.util.List;

/**
 * Stochastic gradient descent; the formula is {@link SgdUpdate}'s. Keras's default rate is 0.01.
 */
public final class SGD extends Optimizer {
    private double momentum;
    private boolean nesterov;

    /** Rate 0.01, no momentum. */
    public SGD() {
        this(.01);
    }

    /** With a learning rate, no momentum. */
    public SGD(double learningRate) {
        super(learningRate);
    }

    /** In [0, 1); default 0. */
    public SGD momentum(double value) {
        momentum = fraction("momentum", value);
        return this;
    }

    /** Nesterov's form of momentum; default false. */
    public SGD nesterov(boolean value) {
        nesterov = value;
        return this;
    }

    /** Decay of every weight per step and learning rate; default 0. */
    public SGD weightDecay(double value) {
        decay(value);
        return this;
    }

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public void lower(Program program, List<Update> updates, StepState state) {
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
                        weightDecay()));
    }
}
