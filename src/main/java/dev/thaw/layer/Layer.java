package dev.thaw.layer;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.PropertyReader;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.op.Budget;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A layer answers for its configuration, its {@code trainable} flag, its weights, the shapes that
 * come out, and the ops that it becomes. It knows no mode beyond what its {@link Lowering} tells,
 * no backend and no memory.
 */
public abstract class Layer implements Configured {
    private static final Pattern NAME = Pattern.compile("[^/\\p{Cc}]+");

    private final List<Layer> sublayers = new ArrayList<>();
    private String name;
    private boolean namedByItself = true;
    private boolean trainable = true;
    private Regularizer activityRegularizer;
    private List<Weight> weights;
    private Node firstCall;

    /** A layer under Keras's automatic name: {@code dense}, {@code dense_1}. */
    protected Layer() {
        this.name = LayerNames.next(getClass().getSimpleName());
    }

    /** A layer under the automatic name of another class of Keras's than its own. */
    protected Layer(String className) {
        this.name = LayerNames.next(className);
    }

    /** The module of Keras's own layers; a class of one's own names its own. */
    @Override
    public String module() {
        return "keras.layers";
    }

    /** The shapes that come out for these inputs; refuses inputs that the layer cannot take. */
    public abstract List<Shape> outputShapes(List<Shape> inputs);

    /** Emits the layer's ops for one call. Shapes are known and have been checked. */
    public abstract List<Value> lower(Lowering l, List<Value> inputs);

    /** The weights that the layer wants for these inputs, in Keras's order of creation. */
    protected List<WeightSpec> weightSpecs(List<Shape> inputs) {
        return List.of();
    }

    /**
     * Names each option once, in Keras's order, and takes the answer: {@code units =
     * p.integer("units", units, Range.atLeast(1))}. Setters, files and copies walk this way;
     * default no options.
     */
    protected void properties(Properties p) {}

    /**
     * Whether an input may have this element type; default FLOAT32 alone, which whole numbers are
     * cast to, as in Keras.
     */
    public boolean takes(int input, DType dtype) {
        return dtype == DType.FLOAT32;
    }

    /** The element type of an output; default FLOAT32. */
    public DType outputDType(int output) {
        return DType.FLOAT32;
    }

    /** Whether an input of this element type reaches the layer as numbers of FLOAT32. */
    public final boolean casts(int input, DType dtype) {
        return !takes(input, dtype) && takes(input, DType.FLOAT32);
    }

    /** Refuses inputs of element types that the layer neither takes nor casts. */
    public final void requireDTypes(List<DType> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            if (!takes(i, inputs.get(i)) && !casts(i, inputs.get(i))) {
                int index = i;
                List<DType> taken =
                        Arrays.stream(DType.values()).filter(d -> takes(index, d)).toList();
                throw refuse(
                        "input %s must be %s, got %s; numbers are not cast to whole ones, so make its Input of that type"
                                .formatted(
                                        i,
                                        taken.size() == 1 ? taken.get(0) : "one of " + taken,
                                        inputs.get(i)));
            }
        }
    }

    /** Whether the layer takes its inputs as a list, even where it is one alone; default false. */
    public boolean takesList() {
        return false;
    }

    /**
     * Whether the mask of the first input is that of the outputs too; where not, it ends here, and
     * a warning says so. Default false, as in Keras.
     */
    public boolean supportsMasking() {
        return false;
    }

    /**
     * Whether a sample's output depends on the other samples of its batch while the layer trains,
     * as batch normalization's does. Default: where the layer has weights that no gradient changes,
     * which are the statistics of batches as a rule; to say so where it does not only costs time.
     */
    public boolean looksAcrossSamples() {
        return ownWeights().stream().anyMatch(w -> !w.spec().trainable());
    }

    /** The mode where neither the call nor the caller gives one; it stays inside this layer. */
    public Optional<Mode> defaultMode() {
        return Optional.empty();
    }

    /** The name, unique within a model. */
    public final String name() {
        return name;
    }

    /**
     * Renames the layer and returns it. As in Keras a name may be anything without a {@code /},
     * since names make paths.
     */
    public Layer named(String newName) {
        if (newName == null || newName.isBlank() || !NAME.matcher(newName).matches()) {
            throw new IllegalArgumentException(
                    "%s: a layer's name has at least one visible character, and no '/' (names make paths) and no control characters, got '%s'"
                            .formatted(name, newName));
        }
        if (namedByItself) {
            LayerNames.giveBack(className(), name);
            namedByItself = false;
        }
        name = newName;
        return this;
    }

    /** The options that every layer has, and then its own. */
    @Override
    public final Layer configure(Properties p) {
        String given = p.text("name", name);
        if (given != null && !given.equals(name)) {
            named(given);
        }
        common(p);
        properties(p);
        return this;
    }

    /** The walk over the options of every layer behind the name; for classes of Keras's without. */
    protected void common(Properties p) {
        trainable(p);
        activityRegularizer(p.since("3.0"));
    }

    /** The walk over the flag, for this very layer: a layer inside has a flag of its own. */
    protected final void trainable(Properties p) {
        boolean flag = p.bool("trainable", trainable);
        if (flag != trainable) {
            setTrainableAlone(flag);
        }
    }

    /**
     * Sets one option by its key, through the walk over all of them; refused where the layer is
     * built, or the value breaks the option's rule.
     */
    protected final void set(String key, Object value) {
        refuseIfBuilt(key);
        PropertyReader one = PropertyReader.one(name, key, value);
        properties(one);
        one.finish();
    }

    /** The walk over the activity's regularizer, for the place where Keras's class has it. */
    protected final void activityRegularizer(Properties p) {
        activityRegularizer =
                p.objectOrNull("activity_regularizer", Regularizer.class, activityRegularizer);
    }

    /**
     * What the loss adds for each output of each call, divided by the batch, in every mode; null,
     * the default, for nothing.
     */
    public Layer activityRegularizer(Regularizer value) {
        refuseIfBuilt("activity_regularizer");
        activityRegularizer = value;
        return this;
    }

    /** What the loss adds for the outputs; null for nothing. */
    public Regularizer activityRegularizer() {
        return activityRegularizer;
    }

    /** The layer's own flag; see {@link #setTrainable}. */
    public final boolean trainable() {
        return trainable;
    }

    /**
     * Freezes or thaws: sets this flag, that of every weight created as trainable, and does the
     * same for all layers inside. It takes effect at the next step. Before the layer is built it
     * holds for the weights to come.
     */
    public final void setTrainable(boolean value) {
        trainable = value;
        if (weights != null) {
            weights.forEach(w -> w.variable().setTrainable(value));
        }
        sublayers().forEach(l -> l.setTrainable(value));
    }

    /** {@code setTrainable(false)}; returns the layer. */
    public Layer freeze() {
        setTrainable(false);
        return this;
    }

    /** {@code setTrainable(true)}; returns the layer. */
    public Layer thaw() {
        setTrainable(true);
        return this;
    }

    /** As {@link #setTrainable}, but for this flag and this very layer's weights alone. */
    public final void setTrainableAlone(boolean value) {
        trainable = value;
        ownWeights().forEach(w -> w.variable().setTrainable(value));
    }

    /** The layers directly inside this one. */
    public List<Layer> sublayers() {
        return Collections.unmodifiableList(sublayers);
    }

    /** Makes another layer part of this one, so that its weights and flags belong to it. */
    protected final <L extends Layer> L track(L layer) {
        sublayers.add(layer);
        return layer;
    }

    /** This layer and all below it, each once, parents first. */
    public final List<Layer> flatten() {
        Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Layer> all = new ArrayList<>();
        walk(this, seen, all::add);
        return all;
    }

    private static void walk(Layer layer, Set<Layer> seen, Consumer<Layer> visit) {
        if (seen.add(layer)) {
            visit.accept(layer);
            layer.sublayers().forEach(s -> walk(s, seen, visit));
        }
    }

    /** The weights that this very layer owns; empty before it is built. */
    public final List<Weight> ownWeights() {
        return weights == null ? List.of() : weights;
    }

    /**
     * All weights: per layer those created as trainable first, then the others, layers in order.
     */
    public final List<Weight> weights() {
        List<Weight> all = new ArrayList<>();
        for (Layer l : flatten()) {
            l.ownWeights().stream().filter(w -> w.spec().trainable()).forEach(all::add);
            l.ownWeights().stream().filter(w -> !w.spec().trainable()).forEach(all::add);
        }
        return all;
    }

    /**
     * None where this layer's own flag is false, else every weight whose variable may be changed.
     */
    public final List<Weight> trainableWeights() {
        return trainable
                ? weights().stream().filter(w -> w.variable().trainable()).toList()
                : List.of();
    }

    /** The weights that gradients do not change now, in the order of {@link #weights}. */
    public final List<Weight> nonTrainableWeights() {
        return trainable
                ? weights().stream().filter(w -> !w.variable().trainable()).toList()
                : weights();
    }

    /** The variable of one of this layer's own weights. */
    public final Variable variable(String weightName) {
        return findVariable(weightName)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: has no weight '%s', it has %s%s"
                                                .formatted(
                                                        name,
                                                        weightName,
                                                        ownWeights().stream()
                                                                .map(w -> w.spec().name())
                                                                .toList(),
                                                        isBuilt()
                                                                ? ""
                                                                : " (the layer is not built yet)")));
    }

    /** The variable of one of this layer's own weights, if it has one of that name. */
    public final Optional<Variable> findVariable(String weightName) {
        return ownWeights().stream()
                .filter(w -> w.spec().name().equals(weightName))
                .map(Weight::variable)
                .findFirst();
    }

    /** Copies of all weights' values, in the order of {@link #weights}. */
    public final List<Tensor> getWeights() {
        return weights().stream().map(w -> w.variable().value().copy()).toList();
    }

    /**
     * Replaces all weights' values, in the order of {@link #weights}; nothing changes if one does
     * not fit.
     */
    public void setWeights(List<Tensor> values) {
        Objects.requireNonNull(values, "setWeights: values");
        List<Weight> all = weights();
        if (values.size() != all.size()) {
            throw new IllegalArgumentException(
                    "%s: has %s weights, got %s values".formatted(name, all.size(), values.size()));
        }
        for (int i = 0; i < all.size(); i++) {
            Variable v = all.get(i).variable();
            if (!values.get(i).shape().equals(v.shape()) || values.get(i).dtype() != v.dtype()) {
                throw new IllegalArgumentException(
                        "%s: weight %s (number %s of %s) is %s %s, got %s %s"
                                .formatted(
                                        all.get(i).layer().name(),
                                        v.name(),
                                        i,
                                        name,
                                        v.dtype(),
                                        v.shape(),
                                        values.get(i).dtype(),
                                        values.get(i).shape()));
            }
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).variable().assign(values.get(i));
        }
    }

    /** True once the weights exist. */
    public final boolean isBuilt() {
        return weights != null;
    }

    /** Makes the weights for these input shapes, unless they exist. */
    public final void build(List<Shape> inputs) {
        if (weights != null) {
            return;
        }
        List<Weight> made = new ArrayList<>();
        for (WeightSpec spec : weightSpecs(inputs)) {
            Budget.requireSize(name, spec.name(), spec.shape());
            long seed = RandomSeed.next();
            Variable v =
                    new Variable(
                            spec.name(),
                            spec.shape(),
                            spec.dtype(),
                            spec.trainable(),
                            () -> spec.initial(name, seed));
            v.setTrainable(trainable);
            made.add(new Weight(this, spec, v));
        }
        weights = List.copyOf(made);
    }

    /** Calls the layer; the mode comes from the caller when the graph runs. */
    public final Symbol apply(Symbol... inputs) {
        return apply(List.of(inputs));
    }

    /** Calls the layer on several symbols. */
    public final Symbol apply(List<Symbol> inputs) {
        return only(call(inputs, CallOptions.NONE));
    }

    /**
     * Calls the layer on one symbol in a fixed mode, as {@code layer(x, training=...)} does in
     * Keras.
     */
    public final Symbol apply(Symbol input, Mode mode) {
        return apply(List.of(input), mode);
    }

    /** Calls the layer on several symbols in a fixed mode. */
    public final Symbol apply(List<Symbol> inputs, Mode mode) {
        return only(applyAll(inputs, mode));
    }

    private Symbol only(List<Symbol> outputs) {
        if (outputs.size() != 1) {
            throw new IllegalStateException(
                    "%s: has %s outputs; use applyAll to get all of them"
                            .formatted(name, outputs.size()));
        }
        return outputs.get(0);
    }

    /** Calls the layer and returns all of its outputs. */
    public final List<Symbol> applyAll(List<Symbol> inputs) {
        return call(inputs, CallOptions.NONE);
    }

    /** Calls the layer in a fixed mode and returns all of its outputs. */
    public final List<Symbol> applyAll(List<Symbol> inputs, Mode mode) {
        return call(inputs, CallOptions.mode(Objects.requireNonNull(mode, "mode")));
    }

    /** Calls the layer on one symbol with a mask or a mode. */
    public final Symbol apply(Symbol input, CallOptions options) {
        return only(applyAll(List.of(input), options));
    }

    /** Calls the layer with masks or a mode and returns all of its outputs. */
    public final List<Symbol> applyAll(List<Symbol> inputs, CallOptions options) {
        return call(inputs, options);
    }

    private List<Symbol> call(List<Symbol> inputs, CallOptions options) {
        Objects.requireNonNull(inputs, "layer: inputs");
        if (weights == null) {
            properties(PropertyReader.check(name));
        }
        requireDTypes(inputs.stream().map(Symbol::dtype).toList());
        if (!options.masks().isEmpty() && options.masks().size() != inputs.size()) {
            throw refuse(
                    "a call has a mask for each of its %s inputs, or none, got %s"
                            .formatted(inputs.size(), options.masks().size()));
        }
        List<Shape> shapes = inputs.stream().map(Symbol::shape).toList();
        List<Shape> out = outputShapes(shapes);
        out.forEach(s -> Budget.requireSize(name, "a sample's output", s));
        build(shapes);
        Node made = new Node(this, inputs, options, out);
        firstCall = firstCall == null ? made : firstCall;
        return made.outputs();
    }

    /**
     * What came out of the first call of this layer, where a model can be cut: {@code new
     * Model(base.input(), base.layer("block_3").output())}.
     */
    public Symbol output() {
        return only(firstCall().outputs());
    }

    /** What went into the first call of this layer. */
    public Symbol input() {
        List<Symbol> inputs = firstCall().inputs();
        if (inputs.size() != 1) {
            throw new IllegalStateException("%s: has %s inputs".formatted(name, inputs.size()));
        }
        return inputs.get(0);
    }

    private Node firstCall() {
        if (firstCall == null) {
            throw new IllegalStateException(
                    name + ": has not been called yet, so that it has no input and no output");
        }
        return firstCall;
    }

    /** Guards a setter that shapes the weights. */
    protected final void refuseIfBuilt(String property) {
        if (weights != null) {
            throw new IllegalStateException(
                    "%s: %s cannot change after the layer is built; set it before the first call"
                            .formatted(name, property));
        }
    }

    /** Refuses with the layer's name in front. */
    public final IllegalArgumentException refuse(String problem) {
        return new IllegalArgumentException("%s: %s".formatted(name, problem));
    }

    @Override
    public String toString() {
        return "%s %s".formatted(className(), name);
    }
}
