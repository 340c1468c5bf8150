package dev.thaw.train.optimizer;

import dev.thaw.op.AdamUpdate;
import dev.thaw.op.Program;

import java.util.List;

/**
 * Adam in Keras's form, where epsilon is not bias-corrected; the formula is {@link AdamUpdate}'s.
 * Keras's defaults: rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7.
 */
public class Adam extends Optimizer {
    private double beta1 = .9;
    private double beta2 = .999;
    private double epsilon = 1e-7;

    /** Rate 0.001. */
    public Adam() {
        this(.001);
    }

    /** With a learning rate. */
    public Adam(double learningRate) {
        super(learningRate);
    }

    /** Decay of the first moment, in [0, 1); default 0.9. */
    public Adam beta1(double value) {
        beta1 = fraction("beta_1", value);
        return this;
    }

    /** Decay of the second moment, in [0, 1); default 0.999. */
    public Adam beta2(double value) {
        beta2 = fraction("beta_2", value);
        return this;
    }

    /** Added to the root; default 1e-7. */
    public Adam epsilon(double value) {
        epsilon = atLeastZero("epsilon", value);
        return this;
    }

    /** Decay of every weight per step and learning rate; default 0. */
    public Adam weightDecay(double value) {
        decay(value);
        return this;
    }

    @Override
    public String name() {
        return "adam";
    }

    @Override
    public final void lower(Program program, List<Update> updates, StepState state) {
        program.emit(
                new AdamUpdate(
                        weights(updates),
                        gradients(updates),
                        slotValues(program, updates, "momentum"),
                        slotValues(program, updates, "velocity"),
                        state.learningRate(),
                        state.iteration(),
                        state.health(),
                        beta1,
                        beta2,
                        epsilon,
                        weightDecay()));
    }
}
