package dev.thaw.op;

/**
 * y holds the elements of x in the same order under another shape. A plan gives both the same
 * memory.
 *
 * @param x argument
 * @param y result, of the same size
 */
public record Reshape(Value x, @Out Value y) implements Op {
    /** Refuses another size. */
    public Reshape {
        if (x.size() != y.size()) {
            throw new IllegalArgumentException(
                    "Reshape: y must have as many elements as x, %s, got %s"
                            .formatted(x.shape(), y.shape()));
        }
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new Reshape(g.of(y), g.sink(x)));
    }
}
