package dev.thaw.train.optimizer;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.PropertyReader;
import dev.thaw.config.Range;
import dev.thaw.config.Registry;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Changes weights by their gradients. It owns its state: the number of steps taken, and slots per
 * weight, which begin at their initial value when a weight is first trained and stay when it is
 * frozen meanwhile. In Keras's order a step clips the gradients, decays the weights, updates them,
 * averages them and pulls them back to their constraints.
 */
public abstract class Optimizer implements Configured {
    /** Keras's optimizers. */
    public static final Registry KNOWN =
            Registry.EMPTY
                    .with(LearningRateSchedule.KNOWN)
                    .with(Optimizer.class, "SGD", SGD::new)
                    .with(Optimizer.class, "RMSprop", RMSprop::new)
                    .with(Optimizer.class, "Adam", Adam::new)
                    .with(Optimizer.class, "AdamW", AdamW::new)
                    .with(Optimizer.class, "Nadam", Nadam::new)
                    .with(Optimizer.class, "Adagrad", Adagrad::new)
                    .with(Optimizer.class, "Adamax", Adamax::new)
                    .with(Optimizer.class, "Adadelta", Adadelta::new)
                    .with(Optimizer.class, "Lion", Lion::new)
                    .with(Optimizer.class, "Ftrl", Ftrl::new);

    static final String AVERAGE = "average";
    static final String ACCUMULATOR = "gradient_accumulator";

    private LearningRateSchedule schedule;
    private final Variable learningRate;
    private final Variable iterations = Variable.state("iteration", Tensor.scalar(0L));

    /** Its own lock: a thread may save while another one compiles its first prediction. */
    private final Map<Variable, Map<String, Variable>> slots = new IdentityHashMap<>();

    private OptimizerOptions options = OptimizerOptions.DEFAULT;
    private Pattern undecayed;
    private boolean used;

    /** With a learning rate, finite and at least 0. */
    protected Optimizer(double learningRate) {
        this.learningRate =
                Variable.state("learning_rate", Tensor.scalar((float) checkRate(learningRate)));
    }

    /** With a learning rate that depends on the step. */
    protected Optimizer(LearningRateSchedule schedule) {
        this.schedule = Objects.requireNonNull(schedule, "learning_rate");
        this.learningRate = Variable.state("learning_rate", Tensor.scalar(schedule.at(0)));
    }

    /**
     * A weight with its gradient.
     *
     * @param variable the weight
     * @param weight its value in the program
     * @param gradient d loss / d weight
     * @param constraint what the weight is pulled back to after each step; null for nothing
     */
    public record Update(Variable variable, Value weight, Value gradient, Constraint constraint) {
        Update withGradient(Value value) {
            return new Update(variable, weight, value, constraint);
        }
    }

    /**
     * What every step reads.
     *
     * @param learningRate a FLOAT32 number
     * @param iteration the updates done so far, an INT64 number
     * @param health steps are skipped while it is at least 0, see {@link dev.thaw.op.Guard}
     */
    public record StepState(Value learningRate, Value iteration, Value health) {}

    /** Emits the ops of one step. */
    public final void lower(Program program, List<Update> updates, StepState state) {
        used = true;
        new Stages(this, program, state).lower(updates);
    }

    /**
     * Emits the formula's ops for weights that share a decay; gradients are clipped already. It may
     * be called for some of the weights first and then for the others. An optimizer made of ops of
     * its own ends with an {@link dev.thaw.op.Assign} that takes the state's health.
     *
     * @param weightDecay w = w - w weightDecay lr comes before the formula; 0 for none
     */
    protected abstract void update(
            Program program, List<Update> updates, StepState state, double weightDecay);

    /** The same for all weights of a step, of which the first ones are decayed. */
    void update(Program program, List<Update> decayed, List<Update> others, StepState state) {
        if (!decayed.isEmpty()) {
            update(program, decayed, state, weightDecay());
        }
        if (!others.isEmpty()) {
            update(program, others, state, 0);
        }
    }

    /** Emits what comes once before all updates of a step; default nothing. */
    protected void begin(Program program, StepState state) {}

    /**
     * The names of the formula's slots in the order of Keras's files: a list per pass over the
     * weights, and what each weight has in that pass.
     */
    protected abstract List<List<String>> slotOrder();

    /** The first value of a slot; default 0. */
    protected double initial(String slot) {
        return 0;
    }

    /** States that belong to no weight, behind all slots; default none. */
    protected List<Variable> ownStates() {
        return List.of();
    }

    @Override
    public final String module() {
        return "keras.optimizers";
    }

    /** Keras's class name. */
    @Override
    public String className() {
        return getClass().getSimpleName();
    }

    /** Keras's name of an optimizer of this class. */
    protected abstract String defaultName();

    /** The name. */
    public final String name() {
        return options.name() == null ? defaultName() : options.name();
    }

    /**
     * The options of all optimizers and then the formula's own. The learning rate is its float32
     * value, or the {@link LearningRateSchedule}.
     */
    @Override
    public final Optimizer configure(Properties p) {
        String name = p.text("name", name());
        Object rate = schedule == null ? (Object) learningRate() : schedule;
        Object given =
                p.numberOrObject(
                        "learning_rate", LearningRateSchedule.class, rate, Range.NOT_NEGATIVE);
        if (given instanceof LearningRateSchedule s && s != schedule) {
            follow(s);
        } else if (given instanceof Double d && !d.equals(rate)) {
            setLearningRate(d);
        }
        options = options.configure(defaultName().equals(name) ? null : name, p);
        properties(p);
        return this;
    }

    /** Names each option of the formula once, in Keras's order, and takes the answer. */
    protected abstract void properties(Properties p);

    /** Sets one option by its key, before the first step. */
    protected final void set(String key, Object value) {
        refuseIfUsed(key);
        PropertyReader one = PropertyReader.one(name(), key, value);
        configure(one);
        one.finish();
    }

    /** What every optimizer can do besides its own formula. */
    public final OptimizerOptions options() {
        return options;
    }

    /**
     * Weights whose name matches one of these regular expressions somewhere are not decayed, before
     * the first step.
     */
    protected final void exclude(String... names) {
        refuseIfUsed("exclude_from_weight_decay");
        undecayed = names.length == 0 ? null : Pattern.compile(String.join("|", names));
    }

    final boolean decays(Variable weight) {
        return undecayed == null || !undecayed.matcher(weight.name()).find();
    }

    /** Guards a setter: a compiled step would not see the change. */
    protected final void refuseIfUsed(String property) {
        if (used) {
            throw new IllegalStateException(
                    "%s: %s cannot change after the first step; compile with a new optimizer"
                            .formatted(name(), property));
        }
    }

    /** The learning rate of the next step, rounded to float32. */
    public final double learningRate() {
        return schedule == null ? learningRate.value().item() : schedule.at(rawIterations());
    }

    /** Takes effect at the next step; refused where there is a schedule. */
    public final void setLearningRate(double value) {
        if (schedule != null) {
            throw new IllegalStateException(
                    "%s: its learning rate follows a schedule and cannot be set; make the optimizer with a number instead"
                            .formatted(name()));
        }
        learningRate.assign(Tensor.scalar((float) checkRate(value)));
    }

    final void follow(LearningRateSchedule value) {
        schedule = value;
        learningRate.assign(Tensor.scalar(value.at(0)));
    }

    /** The schedule of the learning rate, if it has one. */
    public final Optional<LearningRateSchedule> schedule() {
        return Optional.ofNullable(schedule);
    }

    /** The updates done so far: the steps, or with gradient accumulation their whole groups. */
    public final long iterations() {
        Integer group = options.gradientAccumulationSteps();
        return rawIterations() / (group == null ? 1 : group);
    }

    private long rawIterations() {
        return iterations.value().longs()[0];
    }

    /** The variable that holds the learning rate. */
    public final Variable learningRateVariable() {
        return learningRate;
    }

    /** The variable that counts the steps, whether or not they update. */
    public final Variable iterationsVariable() {
        return iterations;
    }

    /** The decay per step and learning rate, 0 for none. */
    public final double weightDecay() {
        return options.weightDecay() == null ? 0 : options.weightDecay();
    }

    /** The slots of a weight by name, in their order; empty before it was first trained. */
    public final Map<String, Variable> slots(Variable weight) {
        synchronized (slots) {
            return Collections.unmodifiableMap(
                    new LinkedHashMap<>(slots.getOrDefault(weight, Map.of())));
        }
    }

    /** Everything that lasts from step to step and exists already. */
    public final Collection<Variable> states() {
        List<Variable> all = new ArrayList<>(List.of(iterations, learningRate));
        synchronized (slots) {
            slots.values().forEach(s -> all.addAll(s.values()));
        }
        all.addAll(ownStates());
        return all;
    }

    /**
     * The state in the order of Keras's files, slots that do not exist yet included: the steps
     * taken, the learning rate unless it follows a schedule, averages, gradient accumulators, the
     * formula's slots, its own states. Assigning all of them continues what another optimizer
     * began.
     *
     * @param trainable the weights that are trained, in the model's order
     */
    public final List<Variable> variables(List<Variable> trainable) {
        List<Variable> all = new ArrayList<>(List.of(iterations));
        if (schedule == null) {
            all.add(learningRate);
        }
        List<List<String>> passes = new ArrayList<>();
        if (options.useEma()) {
            passes.add(List.of(AVERAGE));
        }
        if (options.gradientAccumulationSteps() != null) {
            passes.add(List.of(ACCUMULATOR));
        }
        passes.addAll(slotOrder());
        for (List<String> pass : passes) {
            for (Variable weight : trainable) {
                pass.forEach(name -> all.add(slot(weight, name)));
            }
        }
        all.addAll(ownStates());
        return all;
    }

    /** A slot of a weight, made where it does not exist. */
    final Variable slot(Variable weight, String name) {
        double first = name.equals(AVERAGE) || name.equals(ACCUMULATOR) ? 0 : initial(name);
        synchronized (slots) {
            return slots.computeIfAbsent(weight, w -> new LinkedHashMap<>())
                    .computeIfAbsent(
                            name,
                            s ->
                                    new Variable(
                                            "%s_%s".formatted(weight.name(), s),
                                            weight.shape(),
                                            DType.FLOAT32,
                                            false,
                                            () -> Tensor.full(weight.shape(), (float) first)));
        }
    }

    /** The values of one slot for all weights, made where they do not exist. */
    protected final List<Value> slotValues(Program program, List<Update> updates, String slot) {
        return updates.stream().map(u -> program.variable(slot(u.variable(), slot))).toList();
    }

    /** Puts the averages of weights in their place, where they are kept: the end of training. */
    public final void finishAveraging(List<Variable> trainable) {
        if (options.useEma()) {
            for (Variable weight : trainable) {
                Variable average = slots(weight).get(AVERAGE);
                if (average != null) {
                    weight.assign(average.value());
                }
            }
        }
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
        // a rate beyond float32 would become infinite
        Range.NOT_NEGATIVE.check("optimizer: learning_rate", (float) rate);
        return rate;
    }

    /** Keras's optimizer of this name with its defaults: {@code adam}, in any case. */
    public static Optimizer of(String name) {
        return KNOWN.make("optimizer", Optimizer.class, name, Map.of());
    }

    /**
     * An optimizer of one of Keras's classes with a configuration: what {@link #config} writes, or
     * a part of it.
     *
     * @param className {@code Adam}, in any case
     * @param config numbers, booleans, null, and for {@code learning_rate} a number or a {@link
     *     LearningRateSchedule}
     */
    public static Optimizer of(String className, Map<String, ?> config) {
        return KNOWN.make("optimizer " + className, Optimizer.class, className, config);
    }
}
