package dev.thaw.graph;

import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;
import dev.thaw.op.Budget;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A graph of layers between input and output symbols, and itself a layer: networks nest. This is
 * the structure alone; what can be trained and run is a {@code Model}.
 */
public class Network extends Layer {
    /** Data that never come in one shape twice must not fill the heap. */
    private static final int MOST_KNOWN_SHAPES = 64;

    private List<Symbol> inputs = List.of();
    private List<Symbol> outputs = List.of();
    private List<Node> nodes = List.of();
    private List<Layer> layers = List.of();
    private Structure inputStructure = Structure.of(1);
    private Structure outputStructure = Structure.of(1);
    private final Map<List<Shape>, List<Shape>> knownShapes = new ConcurrentHashMap<>();
    private long calls;

    /** A network from these inputs to these outputs, which must be connected. */
    protected Network(List<Symbol> inputs, List<Symbol> outputs) {
        connect(inputs, outputs);
    }

    /** A network whose graph comes later, by {@link #connect}. */
    protected Network() {}

    /** Gives the network its graph. */
    protected final void connect(List<Symbol> from, List<Symbol> to) {
        if (from.isEmpty() || to.isEmpty()) {
            throw refuse(
                    "needs at least one input and one output, got %s and %s"
                            .formatted(from.size(), to.size()));
        }
        GraphOrder order = new GraphOrder(name(), from, to);
        inputs = List.copyOf(from);
        outputs = List.copyOf(to);
        if (!from.stream().allMatch(Cut::isInput)) {
            Cut cut = new Cut(from, order.nodes());
            inputs = List.copyOf(cut.inputs());
            outputs = to.stream().map(cut::of).toList();
            order = new GraphOrder(name(), inputs, outputs);
        }
        nodes = order.nodes();
        knownShapes.clear();
        calls = nodes.stream().mapToLong(n -> callsOf(n.layer())).reduce(1, Network::sum);
        Budget.requireCalls(name(), calls);
        layers = order.layers();
        inputStructure = Structure.of(from.size());
        outputStructure = Structure.of(to.size());
        requireUniqueNames(layers);
        super.build(inputShapes());
    }

    /** How many calls of layers one call makes, itself included; as if each sublayer ran once. */
    private static long callsOf(Layer layer) {
        return layer instanceof Network n && n.calls > 0
                ? n.calls
                : layer.sublayers().stream().mapToLong(Network::callsOf).reduce(1, Network::sum);
    }

    private static long sum(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private void requireUniqueNames(List<Layer> all) {
        Map<String, Layer> byName = new HashMap<>();
        for (Layer l : all) {
            Layer other = byName.putIfAbsent(l.name(), l);
            if (other != null) {
                throw refuse(
                        "two different layers are called '%s' (%s and %s); rename one with named(..)"
                                .formatted(l.name(), other.className(), l.className()));
            }
        }
    }

    /** What goes in. */
    public final List<Symbol> inputs() {
        return inputs;
    }

    /** What comes out. */
    public final List<Symbol> outputs() {
        return outputs;
    }

    /** How Keras hands the inputs over. */
    public final Structure inputStructure() {
        return inputStructure;
    }

    /** How Keras hands the outputs over. */
    public final Structure outputStructure() {
        return outputStructure;
    }

    /** Says how Keras hands inputs and outputs over, for files; here they stay lists. */
    public final void setStructures(Structure in, Structure out) {
        requireFit(in, inputs.size(), "input");
        requireFit(out, outputs.size(), "output");
        inputStructure = in;
        outputStructure = out;
    }

    /**
     * What data call the inputs: the keys of a dictionary, {@link Structure#paths} where structures
     * nest in it, else the names of the input layers.
     */
    public final List<String> inputNames() {
        return names(inputStructure, inputs);
    }

    /**
     * What data call the outputs: the keys of a dictionary, {@link Structure#paths} where
     * structures nest in it, else the names of their layers.
     */
    public final List<String> outputNames() {
        return names(outputStructure, outputs);
    }

    private static List<String> names(Structure structure, List<Symbol> symbols) {
        return structure.isNamed()
                ? structure.paths()
                : symbols.stream().map(s -> s.node().layer().name()).toList();
    }

    private void requireFit(Structure s, int tensors, String side) {
        if (s.tensors() != tensors) {
            throw refuse("has %s %ss, which do not fit %s".formatted(tensors, side, s));
        }
    }

    /** The only input. */
    @Override
    public final Symbol input() {
        return only(inputs, "input");
    }

    /** The only output. */
    @Override
    public final Symbol output() {
        return only(outputs, "output");
    }

    private Symbol only(List<Symbol> symbols, String what) {
        if (symbols.size() != 1) {
            throw new IllegalStateException(
                    "%s: has %s %ss; name one".formatted(name(), symbols.size(), what));
        }
        return symbols.get(0);
    }

    /** The shapes of what goes in. */
    public final List<Shape> inputShapes() {
        return inputs.stream().map(Symbol::shape).toList();
    }

    /** The layers, inputs included, in Keras's order: from the inputs on, by depth. */
    public final List<Layer> layers() {
        return layers;
    }

    /** The calls, in an order in which they can run. */
    public final List<Node> nodes() {
        return nodes;
    }

    /**
     * The layer of this name; {@code base/block_1/bn} looks inside nested networks and wrappers,
     * such as {@code TimeDistributed}.
     */
    public final Layer layer(String path) {
        Objects.requireNonNull(path, "path");
        Layer at = this;
        for (String name : path.split("/", -1)) {
            Layer in = at;
            at =
                    in.sublayers().stream()
                            .filter(l -> l.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> noLayer(path, name, in));
        }
        return at;
    }

    private IllegalArgumentException noLayer(String path, String name, Layer in) {
        return refuse(
                "has no layer '%s': there is no '%s' in %s, which has %s"
                        .formatted(
                                path,
                                name,
                                in == this ? "it" : in.name(),
                                in.sublayers().stream().map(Layer::name).toList()));
    }

    @Override
    public List<Layer> sublayers() {
        return layers;
    }

    /** Sets {@code trainable} to false for the selected layers below this one; returns how many. */
    public final int freeze(Selection which) {
        return mark(which, false);
    }

    /** Sets {@code trainable} to true for the selected layers below this one; returns how many. */
    public final int thaw(Selection which) {
        return mark(which, true);
    }

    /** Freezes this network and all inside: {@code trainable = False}. */
    @Override
    public Network freeze() {
        super.freeze();
        return this;
    }

    /** Thaws this network and all inside: {@code trainable = True}. */
    @Override
    public Network thaw() {
        super.thaw();
        return this;
    }

    /** Networks have no weights of their own: only what is inside them counts. */
    private int mark(Selection which, boolean trainable) {
        Objects.requireNonNull(which, "selection");
        List<Layer> all = flatten().stream().filter(l -> l != this).toList();
        List<Layer> chosen =
                which.select(all).stream()
                        .flatMap(l -> which.takesWhole() ? l.flatten().stream() : Stream.of(l))
                        .distinct()
                        .toList();
        long marked = chosen.stream().filter(l -> !(l instanceof Network)).count();
        if (marked == 0) {
            throw refuse(
                    "no layer matches %s; it has %s"
                            .formatted(which, all.stream().map(Layer::name).toList()));
        }
        for (Layer l : chosen) {
            if (which.takesWhole() || !(l instanceof Network)) {
                l.setTrainableAlone(trainable);
            }
        }
        return Math.toIntExact(marked);
    }

    @Override
    public boolean takes(int input, DType dtype) {
        return input < inputs.size()
                ? inputs.get(input).dtype() == dtype
                : super.takes(input, dtype);
    }

    @Override
    public DType outputDType(int output) {
        return outputs.get(output).dtype();
    }

    @Override
    public List<Shape> outputShapes(List<Shape> given) {
        List<Shape> before = knownShapes.get(given);
        if (before != null) {
            return before;
        }
        List<Shape> fitted = fitted(given);
        Map<Symbol, Shape> known = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            known.put(inputs.get(i), fitted.get(i));
        }
        for (Node node : nodes) {
            List<Shape> in = node.inputs().stream().map(known::get).toList();
            List<Shape> out = node.layer().outputShapes(in);
            for (int i = 0; i < out.size(); i++) {
                known.put(node.outputs().get(i), out.get(i));
            }
        }
        List<Shape> results = outputs.stream().map(known::get).toList();
        if (knownShapes.size() >= MOST_KNOWN_SHAPES) {
            knownShapes.clear();
        }
        knownShapes.put(List.copyOf(given), results);
        return results;
    }

    private List<Shape> fitted(List<Shape> given) {
        if (given.size() != inputs.size()) {
            throw refuse("takes %s inputs, got %s".formatted(inputs.size(), given.size()));
        }
        List<Shape> all = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            Symbol in = inputs.get(i);
            Shape shape = given.get(i);
            all.add(
                    fitted(in, shape)
                            .orElseThrow(
                                    () ->
                                            refuse(
                                                    "input %s has shape %s, got %s"
                                                            .formatted(
                                                                    in.node().layer().name(),
                                                                    in.shape(),
                                                                    shape))));
        }
        return all;
    }

    /**
     * The shape under which data of this shape enter; empty where they cannot. As in Keras, a last
     * axis of extent 1 may be missing or too many, and batches of any length fit.
     */
    public static Optional<Shape> fitted(Symbol input, Shape given) {
        Shape wanted = input.shape();
        Shape shape = given;
        if (given.rank() == wanted.rank() + 1 && given.last() == 1) {
            shape = given.sub(0, wanted.rank());
        } else if (given.rank() == wanted.rank() - 1 && wanted.last() == 1 && given.rank() > 0) {
            shape = given.append(1);
        }
        Shape anyBatch = wanted.rank() == 0 ? wanted : wanted.withDim(0, Shape.NONE);
        return anyBatch.accepts(shape) ? Optional.of(shape) : Optional.empty();
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> given) {
        List<Shape> fitted = fitted(given.stream().map(Value::shape).toList());
        Map<Symbol, Value> known = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            known.put(inputs.get(i), l.formula().reshape(given.get(i), fitted.get(i)));
        }
        for (Node node : nodes) {
            List<Value> in = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                Symbol mask = node.masks().isEmpty() ? null : node.masks().get(i);
                Value x = known.get(node.inputs().get(i));
                in.add(mask == null ? x : masked(l, x, known.get(mask)));
            }
            List<Value> out = l.call(node.layer(), in, node.baked().orElse(null));
            for (int i = 0; i < out.size(); i++) {
                known.put(node.outputs().get(i), out.get(i));
            }
        }
        List<Value> results = outputs.stream().map(known::get).toList();
        results.forEach(y -> l.setMask(y, l.mask(y))); // what the last layers say, nothing else
        return results;
    }

    /** The same content with a mask of its own, since masks belong to values. */
    private static Value masked(Lowering l, Value x, Value mask) {
        Value own = l.formula().program().temp(x.name(), x.shape(), x.dtype());
        l.emit(new Reshape(x, own));
        l.setMask(own, l.formula().number(mask));
        return own;
    }

    /** Masks pass in and out; what happens in between is up to the layers inside. */
    @Override
    public boolean supportsMasking() {
        return true;
    }

    /**
     * A table of the layers with their output shapes and parameter counts, as Keras's {@code
     * summary()}.
     */
    public final String summary() {
        return Summary.of(this);
    }

    /** The number of numbers in all weights. */
    public final long countParams() {
        return weights().stream().mapToLong(w -> w.variable().shape().size()).sum();
    }

    /** What a call in this mode does and why, layer by layer. */
    public final Explanation explain(Mode mode) {
        return Explainer.explain(this, Optional.of(Objects.requireNonNull(mode, "explain: mode")));
    }

    /** What a call that is given no mode does and why: {@code model(x)}. */
    public final Explanation explain() {
        return Explainer.explain(this, Optional.empty());
    }

    static boolean isInput(Layer layer) {
        return layer instanceof InputLayer;
    }
}
