package dev.thaw.layer;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Objects;

/** Makes the symbols that a graph starts from. */
public final class Input {
    private Input() {}

    /** FLOAT32 data of this shape per sample: {@code Input.of(28, 28, 1)} is (None, 28, 28, 1). */
    public static Symbol of(int... sampleShape) {
        Objects.requireNonNull(sampleShape, "input: sampleShape");
        return of(Shape.of(sampleShape), DType.FLOAT32);
    }

    /** Data of this shape and type per sample. */
    public static Symbol of(Shape sampleShape, DType dtype) {
        Objects.requireNonNull(sampleShape, "input: sampleShape");
        Objects.requireNonNull(dtype, "dtype");
        return new InputLayer(sampleShape.prepend(Shape.NONE), dtype).applyAll(List.of()).get(0);
    }

    /** Data under a name of its own. */
    public static Symbol named(String name, int... sampleShape) {
        Objects.requireNonNull(sampleShape, "input: sampleShape");
        InputLayer layer = new InputLayer(Shape.of(sampleShape).prepend(Shape.NONE), DType.FLOAT32);
        layer.named(name);
        return layer.applyAll(List.of()).get(0);
    }

    /** Data of a whole shape, batch included, and type under a name of its own. */
    public static Symbol named(String name, Shape batchShape, DType dtype) {
        Objects.requireNonNull(batchShape, "input: batchShape");
        InputLayer layer = new InputLayer(batchShape, Objects.requireNonNull(dtype, "dtype"));
        layer.named(name);
        return layer.applyAll(List.of()).get(0);
    }

    /** Whole numbers of one of Keras's types, batch included, under a name of their own. */
    public static Symbol named(String name, Shape batchShape, WholeType type) {
        InputLayer layer = new InputLayer(batchShape, Objects.requireNonNull(type, "type"));
        layer.named(name);
        return layer.applyAll(List.of()).get(0);
    }
}
