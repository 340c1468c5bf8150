package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.Value;

import java.util.List;

/**
 * RMSprop in Keras's form, with epsilon under the root; the formula is {@link RmspropUpdate}'s.
 * Keras's defaults: rate 0.001, rho 0.9, epsilon 1e-7.
 */
public final class RMSprop extends Optimizer {
    private double rho = .9;
    private double momentum;
    private double epsilon = 1e-7;
    private boolean centered;

    /** Rate 0.001. */
    public RMSprop() {
        this(.001);
    }

    /** With a learning rate. */
    public RMSprop(double learningRate) {
        super(learningRate);
    }

    /** Decay of the squared gradients, in [0, 1); default 0.9. */
    public RMSprop rho(double value) {
        rho = fraction("rho", value);
        return this;
    }

    /** In [0, 1); default 0. */
    public RMSprop momentum(double value) {
        momentum = fraction("momentum", value);
        return this;
    }

    /** Added under the root; default 1e-7. */
    public RMSprop epsilon(double value) {
        epsilon = atLeastZero("epsilon", value);
        return this;
    }

    /** Whether the mean gradient's square is subtracted; default false. */
    public RMSprop centered(boolean value) {
        centered = value;
        return this;
    }

    /** Decay of every weight per step and learning rate; default 0. */
    public RMSprop weightDecay(double value) {
        decay(value);
        return this;
    }

    @Override
    public String name() {
        return "rmsprop";
    }

    @Override
    public void lower(Program program, List<Update> updates, StepState state) {
        List<Value> velocities = slotValues(program, updates, "velocity");
        List<Value> momenta = momentum == 0 ? List.of() : slotValues(program, updates, "momentum");
        List<Value> averages =
                centered ? slotValues(program, updates, "average_gradient") : List.of();
        program.emit(
                new RmspropUpdate(
                        weights(updates),
                        gradients(updates),
                        velocities,
                        momenta,
                        averages,
                        state.learningRate(),
                        state.health(),
                        rho,
                        momentum,
                        epsilon,
                        weightDecay()));
    }
}
