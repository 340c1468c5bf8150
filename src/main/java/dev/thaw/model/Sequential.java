package dev.thaw.model;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Layers in a row. With an input given first, the graph exists at once; without one, it is made for
 * the first shapes that come.
 */
public final class Sequential extends Model {
    private final List<Layer> row = new ArrayList<>();

    /** Layers in a row, without an input. */
    public Sequential(Layer... layers) {
        row.addAll(Arrays.asList(layers));
    }

    /** An input and the layers behind it. */
    public Sequential(Symbol input, Layer... layers) {
        row.addAll(Arrays.asList(layers));
        connectRow(input);
    }

    @Override
    public Sequential named(String newName) {
        super.named(newName);
        return this;
    }

    /** Appends a layer; the graph must not exist yet. */
    public Sequential add(Layer layer) {
        synchronized (row) {
            if (!layers().isEmpty()) {
                throw new IllegalStateException(
                        "%s: its graph is made already; give all layers to the constructor, or add before the first call"
                                .formatted(name()));
            }
            Objects.requireNonNull(layer, "layer");
            if (layer.flatten().contains(this)) {
                throw refuse("cannot hold itself");
            }
            row.add(layer);
        }
        return this;
    }

    /** Makes the graph and the weights for samples of this shape. */
    public Sequential build(int... sampleShape) {
        connectOnce(() -> Input.of(sampleShape));
        return this;
    }

    /** The first thread that wants the graph makes it, the others wait. */
    private void connectOnce(Supplier<Symbol> input) {
        synchronized (row) {
            if (layers().isEmpty()) {
                connectRow(input.get());
            }
        }
    }

    private void connectRow(Symbol input) {
        if (row.isEmpty()) {
            throw refuse("has no layers; add at least one");
        }
        Symbol s = input;
        for (Layer l : row) {
            s = l.apply(s);
        }
        connect(List.of(input), List.of(s));
    }

    @Override
    public List<Layer> sublayers() {
        return layers().isEmpty() ? List.copyOf(row) : super.sublayers();
    }

    @Override
    public List<Shape> outputShapes(List<Shape> given) {
        if (given.size() == 1) {
            connectOnce(() -> Input.of(given.get(0).sub(1, given.get(0).rank()), DType.FLOAT32));
        }
        return super.outputShapes(given);
    }

    @Override
    void prepare(List<Tensor> x) {
        if (x.size() == 1) {
            connectOnce(() -> input(x.get(0)));
        }
    }

    @Override
    boolean hasGraph() {
        synchronized (row) {
            return !layers().isEmpty();
        }
    }

    private Symbol input(Tensor first) {
        Shape rows = first.shape();
        if (rows.rank() == 0) {
            throw refuse("data must have rows along its first axis, got a single number");
        }
        return Input.of(rows.sub(1, rows.rank()), first.dtype());
    }
}
