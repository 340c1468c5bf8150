package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One call of a layer while a graph is built. */
public final class Node {
    private final Layer layer;
    private final List<Symbol> inputs;
    private final List<Symbol> outputs;
    private final CallOptions options;

    Node(Layer layer, List<Symbol> inputs, CallOptions options, List<Shape> shapes) {
        this.layer = layer;
        this.inputs = List.copyOf(inputs);
        this.options = options;
        List<Symbol> made = new ArrayList<>();
        for (Shape s : shapes) {
            made.add(new Symbol(s, layer.outputDType(made.size()), this, made.size()));
        }
        this.outputs = List.copyOf(made);
    }

    /** The same call with other symbols of the same shapes, for a graph cut out of another one. */
    public Node with(UnaryOperator<Symbol> others) {
        List<Symbol> masks = new ArrayList<>();
        options.masks().forEach(m -> masks.add(m == null ? null : others.apply(m)));
        return new Node(
                layer,
                inputs.stream().map(others).toList(),
                new CallOptions(options.mode(), masks),
                outputs.stream().map(Symbol::shape).toList());
    }

    /** The layer that is called. */
    public Layer layer() {
        return layer;
    }

    /** The symbols that it is called with. */
    public List<Symbol> inputs() {
        return inputs;
    }

    /** The masks that this call is given; see {@link CallOptions#masks}. */
    public List<Symbol> masks() {
        return options.masks();
    }

    /** All that must be known before the call: inputs and masks. */
    public List<Symbol> needs() {
        List<Symbol> all = new ArrayList<>(inputs);
        options.masks().stream().filter(Objects::nonNull).forEach(all::add);
        return all;
    }

    /** The symbols that come out. */
    public List<Symbol> outputs() {
        return outputs;
    }

    /**
     * The mode that was given to this call while the graph was built, and counts as given ever
     * after.
     */
    public Optional<Mode> baked() {
        return Optional.ofNullable(options.mode());
    }
}
