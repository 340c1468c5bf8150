package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * RMSprop in Keras's form, with epsilon under the root; the formula is {@link RmspropUpdate}'s.
 * Keras's defaults: rate 0.001, rho 0.9, epsilon 1e-7.
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
    RMSprop self() {
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
    protected List<List<String>> slotOrder() {
        List<List<String>> order = new ArrayList<>(List.of(List.of("velocity")));
        if (momentum != 0) {
            order.add(List.of("momentum"));
        }
        if (centered) {
            order.add(List.of("average_gradient"));
        }
        return order;
    }

    @Override
    protected void update(
            Program program, List<Update> updates, StepState state, double weightDecay) {
        List<Value> momenta = momentum == 0 ? List.of() : slotValues(program, updates, "momentum");
        List<Value> averages =
                centered ? slotValues(program, updates, "average_gradient") : List.of();
        program.emit(
                new RmspropUpdate(
                        weights(updates),
                        gradients(updates),
                        slotValues(program, updates, "velocity"),
                        momenta,
                        averages,
                        state.learningRate(),
                        state.health(),
                        rho,
                        momentum,
                        epsilon,
                        weightDecay));
    }

    @Override
    protected void describe(Map<String, Object> config) {
        config.put("rho", rho);
        config.put("momentum", momentum);
        config.put("epsilon", epsilon);
        config.put("centered", centered);
    }
}
