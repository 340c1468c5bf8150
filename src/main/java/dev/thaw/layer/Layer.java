package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
public abstract class Layer {
    private static final Pattern NAME = Pattern.compile("[^/\\p{Cntrl}]+");

    private final List<Layer> sublayers = new ArrayList<>();
    private String name;
    private boolean namedByItself = true;
    private boolean trainable = true;
    private Regularizer activityRegularizer = Regularizer.NONE;
    private List<Weight> weights;

    /** A layer under Keras's automatic name: {@code dense}, {@code dense_1}. */
    protected Layer() {
        this.name = LayerNames.next(getClass().getSimpleName());
    }

    /** A layer under the automatic name of another class of Keras's than its own. */
    Layer(String className) {
        this.name = LayerNames.next(className);
    }

    /** Keras's class name: what files, summaries and explanations call the layer. */
    public String className() {
        return getClass().getSimpleName();
    }

    /** The shapes that come out for these inputs; refuses inputs that the layer cannot take. */
    public abstract List<Shape> outputShapes(List<Shape> inputs);

    /** Emits the layer's ops for one call. Shapes are known and have been checked. */
    public abstract List<Value> lower(Lowering l, List<Value> inputs);

    /** The weights that the layer wants for these inputs, in Keras's order of creation. */
    protected List<WeightSpec> weightSpecs(List<Shape> inputs) {
        return List.of();
    }

    /** Keras's configuration of the layer, under Keras's keys. */
    protected void configure(Map<String, Object> config) {}

    /** Whether an input may have this element type; default FLOAT32 alone. */
    public boolean takes(int input, DType dtype) {
        return dtype == DType.FLOAT32;
    }

    /** The element type of an output; default FLOAT32. */
    public DType outputDType(int output) {
        return DType.FLOAT32;
    }

    /** Refuses inputs of element types that the layer does not take. */
    public final void requireDTypes(List<DType> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            if (!takes(i, inputs.get(i))) {
                int index = i;
                List<DType> taken =
                        Arrays.stream(DType.values()).filter(d -> takes(index, d)).toList();
                throw refuse(
                        "input "
                                + i
                                + " must be "
                                + (taken.size() == 1 ? taken.get(0) : "one of " + taken)
                                + ", got "
                                + inputs.get(i)
                                + "; there is no cast, so convert the data and make its Input of that type");
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

    /** The mode where neither the call nor the caller gives one; it stays inside this layer. */
    public Optional<Mode> defaultMode() {
        return Optional.empty();
    }

    /** The name, unique within a model. */
    public final String name() {
        return name;
    }

    /**
     * Renames the layer; returns it. As in Keras, anything but {@code /}, since names make paths.
     */
    public Layer named(String newName) {
        if (newName == null || newName.isBlank() || !NAME.matcher(newName).matches()) {
            throw new IllegalArgumentException(
                    name
                            + ": a layer's name has at least one visible character, and no '/' (names make paths) and no control characters, got '"
                            + newName
                            + "'");
        }
        if (namedByItself) {
            LayerNames.giveBack(className(), name);
            namedByItself = false;
        }
        name = newName;
        return this;
    }

    /** Keras's configuration: the arguments that make this layer again. */
    public final Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", name);
        config.put("trainable", trainable);
        if (!activityRegularizer.equals(Regularizer.NONE)) {
            config.put("activity_regularizer", activityRegularizer);
        }
        configure(config);
        return config;
    }

    /**
     * What the loss adds for each output of each call, divided by the batch, in every mode; default
     * nothing.
     */
    public Layer activityRegularizer(Regularizer value) {
        refuseIfBuilt("activityRegularizer");
        activityRegularizer = Objects.requireNonNull(value, "activityRegularizer");
        return this;
    }

    /** What the loss adds for the outputs, or {@link Regularizer#NONE}. */
    public final Regularizer activityRegularizer() {
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
                                        name
                                                + ": has no weight '"
                                                + weightName
                                                + "', it has "
                                                + ownWeights().stream()
                                                        .map(w -> w.spec().name())
                                                        .toList()
                                                + (isBuilt()
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
    public final void setWeights(List<Tensor> values) {
        List<Weight> all = weights();
        if (values.size() != all.size()) {
            throw new IllegalArgumentException(
                    name + ": has " + all.size() + " weights, got " + values.size() + " values");
        }
        for (int i = 0; i < all.size(); i++) {
            Variable v = all.get(i).variable();
            if (!values.get(i).shape().equals(v.shape()) || values.get(i).dtype() != v.dtype()) {
                throw new IllegalArgumentException(
                        all.get(i).layer().name()
                                + ": weight "
                                + v.name()
                                + " (number "
                                + i
                                + " of "
                                + name
                                + ") is "
                                + v.dtype()
                                + " "
                                + v.shape()
                                + ", got "
                                + values.get(i).dtype()
                                + " "
                                + values.get(i).shape());
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
            long seed = RandomSeed.next();
            Variable v =
                    new Variable(
                            spec.name(),
                            spec.shape(),
                            spec.dtype(),
                            spec.trainable(),
                            () -> spec.initializer().initial(spec.shape(), seed));
            v.setTrainable(trainable);
            made.add(new Weight(this, spec, v));
        }
        weights = List.copyOf(made);
    }

    /** Calls the layer on one symbol; the mode comes from the caller when the graph runs. */
    public final Symbol apply(Symbol input) {
        return apply(List.of(input), null);
    }

    /**
     * Calls the layer on one symbol in a fixed mode, as {@code layer(x, training=...)} does in
     * Keras.
     */
    public final Symbol apply(Symbol input, Mode mode) {
        return apply(List.of(input), mode);
    }

    /** Calls the layer on several symbols. */
    public final Symbol apply(List<Symbol> inputs) {
        return apply(inputs, null);
    }

    /** Calls the layer on several symbols in a fixed mode; null leaves it to the caller. */
    public final Symbol apply(List<Symbol> inputs, Mode mode) {
        List<Symbol> outputs = applyAll(inputs, mode);
        if (outputs.size() != 1) {
            throw new IllegalStateException(
                    name + ": has " + outputs.size() + " outputs; use applyAll to get all of them");
        }
        return outputs.get(0);
    }

    /** Calls the layer and returns all of its outputs; a null mode leaves it to the caller. */
    public final List<Symbol> applyAll(List<Symbol> inputs, Mode mode) {
        requireDTypes(inputs.stream().map(Symbol::dtype).toList());
        List<Shape> shapes = inputs.stream().map(Symbol::shape).toList();
        List<Shape> out = outputShapes(shapes);
        build(shapes);
        return new Node(this, inputs, mode, out).outputs();
    }

    /** Guards a setter that shapes the weights. */
    protected final void refuseIfBuilt(String property) {
        if (weights != null) {
            throw new IllegalStateException(
                    name
                            + ": "
                            + property
                            + " cannot change after the layer is built; set it before the first call");
        }
    }

    /** Refuses with the layer's name in front. */
    protected final IllegalArgumentException refuse(String problem) {
        return new IllegalArgumentException(name + ": " + problem);
    }

    @Override
    public String toString() {
        return className() + " " + name;
    }
}
