package dev.thaw.layer;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/**
 * A tensor of a graph under construction: it has a shape and a maker, and no content. Keras calls
 * it a KerasTensor.
 *
 * @param shape its extents, the batch first and usually {@link Shape#NONE}
 * @param dtype its element type
 * @param node the call that makes it
 * @param index which of that call's outputs it is
 */
public record Symbol(Shape shape, DType dtype, Node node, int index) {
    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "%s %s".formatted(node.layer().name(), shape);
    }
}
