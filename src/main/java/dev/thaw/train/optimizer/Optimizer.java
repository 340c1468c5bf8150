package dev.thaw.train.optimizer;

import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes weights by their gradients. It owns its state: the number of steps taken, and slots per
 * weight, which begin at zero when a weight is first trained and stay when it is frozen meanwhile.
 */
public abstract class Optimizer {
    private final Variable learningRate;
    private final Variable iterations = Variable.state("iteration", Tensor.scalar(0L));
    private final Map<Variable, Map<String, Variable>> slots = new IdentityHashMap<>();
    private double weightDecay;

    /** With a learning rate, finite and at least 0. */
    protected Optimizer(double learningRate) {
        this.learningRate =
                Variable.state("learning_rate", Tensor.scalar((float) checkRate(learningRate)));
    }

    /**
     * A weight with its gradient.
     *
     * @param variable the weight
     * @param weight its value in the program
     * @param gradient d loss / d weight
     */
    public record Update(Variable variable, Value weight, Value gradient) {}

    /**
     * What every step reads.
     *
     * @param learningRate a FLOAT32 number
     * @param iteration the steps taken so far, an INT64 number
     * @param health steps are skipped while it is at least 0, see {@link dev.thaw.op.Guard}
     */
    public record StepState(Value learningRate, Value iteration, Value health) {}

    /** Emits the ops of one step. */
    public abstract void lower(Program program, List<Update> updates, StepState state);

    /** Keras's name. */
    public abstract String name();

    /** The learning rate, rounded to float32. */
    public final double learningRate() {
        return learningRate.value().item();
    }

    /** Takes effect at the next step. */
    public final void setLearningRate(double value) {
        learningRate.assign(Tensor.scalar((float) checkRate(value)));
    }

    /** The steps taken so far. */
    public final long iterations() {
        return iterations.value().longs()[0];
    }

    /** The variable that holds the learning rate. */
    public final Variable learningRateVariable() {
        return learningRate;
    }

    /** The variable that counts the steps. */
    public final Variable iterationsVariable() {
        return iterations;
    }

    /** w = w - w decay lr before each update, for every trainable weight; 0 for none. */
    protected final void decay(double value) {
        weightDecay = atLeastZero("weight_decay", value);
    }

    /** The decay per step and learning rate. */
    public final double weightDecay() {
        return weightDecay;
    }

    /** The slots of a weight by name; empty before it was first trained. */
    public final Map<String, Variable> slots(Variable weight) {
        return Map.copyOf(slots.getOrDefault(weight, Map.of()));
    }

    /** The values of one slot for all weights, made where they do not exist. */
    protected final List<Value> slotValues(Program program, List<Update> updates, String slot) {
        List<Value> values = new ArrayList<>();
        for (Update u : updates) {
            Variable v =
                    slots.computeIfAbsent(u.variable(), w -> new LinkedHashMap<>())
                            .computeIfAbsent(
                                    slot,
                                    s ->
                                            new Variable(
                                                    u.variable().name() + "_" + s,
                                                    u.variable().shape(),
                                                    DType.FLOAT32,
                                                    false,
                                                    () ->
                                                            Tensor.zeros(
                                                                    u.variable().shape(),
                                                                    DType.FLOAT32)));
            values.add(program.variable(v));
        }
        return values;
    }

    /** The weights of all updates. */
    protected static List<Value> weights(List<Update> updates) {
        return updates.stream().map(Update::weight).toList();
    }

    /** The gradients of all updates. */
    protected static List<Value> gradients(List<Update> updates) {
        return updates.stream().map(Update::gradient).toList();
    }

    private static double checkRate(double rate) {
        atLeastZero("learning_rate", (float) rate); // a rate beyond float32 would become infinite
        return rate;
    }

    /** Refuses what is negative, infinite or not a number. */
    protected static double atLeastZero(String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be finite and at least 0, got " + value);
        }
        return value;
    }

    /** Refuses what is outside [0, 1). */
    protected static double fraction(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be in [0, 1), got " + value);
        }
        return value;
    }
}
