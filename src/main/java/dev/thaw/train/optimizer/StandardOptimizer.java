package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.List;

/**
 * An optimizer that applies an {@link UpdateRule}, with the options that all of Keras's have, as
 * setters.
 *
 * @param <S> the optimizer itself
 */
public abstract class StandardOptimizer<S extends StandardOptimizer<S>> extends Optimizer {
    /** With a learning rate, finite and at least 0. */
    protected StandardOptimizer(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    protected StandardOptimizer(LearningRateSchedule schedule) {
        super(schedule);
    }

    /** The optimizer itself, by its own type. */
    @SuppressWarnings("unchecked")
    protected final S self() {
        return (S) this;
    }

    /** {@link #set} for a setter: {@code return with("epsilon", value)}. */
    protected final S with(String key, Object value) {
        set(key, value);
        return self();
    }

    /** The formula. */
    protected abstract UpdateRule rule();

    /** A number that the rule reads besides; default null for none. */
    Value product(Program program) {
        return null;
    }

    @Override
    protected final void update(
            Program program, List<Update> updates, StepState state, double weightDecay) {
        emit(program, updates, state, weightDecay, weightDecay == 0 ? 0 : updates.size());
    }

    /** One op for all: a launch costs a GPU more than most weights. */
    @Override
    final void update(Program program, List<Update> decayed, List<Update> others, StepState state) {
        List<Update> all = new ArrayList<>(decayed);
        all.addAll(others);
        emit(program, all, state, weightDecay(), decayed.size());
    }

    private void emit(
            Program program,
            List<Update> updates,
            StepState state,
            double weightDecay,
            int decayed) {
        UpdateRule rule = rule();
        List<List<Value>> slots =
                rule.slots().stream().map(s -> slotValues(program, updates, s)).toList();
        program.emit(
                Stages.rule(
                        rule,
                        weights(updates),
                        gradients(updates),
                        slots,
                        product(program),
                        state,
                        weightDecay,
                        decayed));
    }

    /** By default one pass over the weights, with all of the rule's slots. */
    @Override
    protected List<List<String>> slotOrder() {
        return List.of(rule().slots());
    }

    /** The name; default the class's in lower case. */
    public final S named(String value) {
        return with("name", value);
    }

    /** w = w - w decay lr before each update, for every trainable weight; default none. */
    public final S weightDecay(double value) {
        return with("weight_decay", value);
    }

    /**
     * Weights whose name matches one of these regular expressions somewhere are not decayed: {@code
     * bias}.
     */
    public final S excludeFromWeightDecay(String... names) {
        exclude(names);
        return self();
    }

    /** Each gradient is shortened to this norm; default not. */
    public final S clipnorm(double value) {
        return with("clipnorm", value);
    }

    /** All gradients together are shortened to this norm; default not. */
    public final S globalClipnorm(double value) {
        return with("global_clipnorm", value);
    }

    /** Each element of a gradient is kept within this bound; default not. */
    public final S clipvalue(double value) {
        return with("clipvalue", value);
    }

    /**
     * Whether an average of the weights is kept and replaces them after {@code fit}; default false.
     */
    public final S useEma(boolean value) {
        return with("use_ema", value);
    }

    /** Weight of the old average, in [0, 1]; default 0.99. */
    public final S emaMomentum(double value) {
        return with("ema_momentum", value);
    }

    /** Every how many updates the average replaces the weights; default never before the end. */
    public final S emaOverwriteFrequency(int value) {
        return with("ema_overwrite_frequency", value);
    }

    /** Factor of the loss, which the gradients are freed of again; default 1. */
    public final S lossScaleFactor(double value) {
        return with("loss_scale_factor", value);
    }

    /** Of how many steps the gradients' mean makes one update, from 2 on; default 1. */
    public final S gradientAccumulationSteps(int value) {
        return with("gradient_accumulation_steps", value);
    }
}
