package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One call of a layer while a graph is built. */
public final class Node {
    private final Layer layer;
    private final List<Symbol> inputs;
    private final List<Symbol> outputs;
    private final Mode baked;

    Node(Layer layer, List<Symbol> inputs, Mode baked, List<Shape> shapes) {
        this.layer = layer;
        this.inputs = List.copyOf(inputs);
        this.baked = baked;
        List<Symbol> made = new ArrayList<>();
        for (Shape s : shapes) {
            made.add(new Symbol(s, layer.outputDType(made.size()), this, made.size()));
        }
        this.outputs = List.copyOf(made);
    }

    /** The same call of other symbols of the same shapes, for a graph cut out of another one. */
    public Node on(List<Symbol> others) {
        return new Node(layer, others, baked, outputs.stream().map(Symbol::shape).toList());
    }

    /** The layer that is called. */
    public Layer layer() {
        return layer;
    }

    /** The symbols that it is called with. */
    public List<Symbol> inputs() {
        return inputs;
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
        return Optional.ofNullable(baked);
    }
}
