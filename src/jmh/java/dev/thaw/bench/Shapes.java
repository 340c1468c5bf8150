package dev.thaw.bench;

import dev.thaw.tensor.Shape;

import java.util.Arrays;

/** Shapes as JMH's parameters. */
final class Shapes {
    private Shapes() {}

    /** {@code 32x28x28x64}. */
    static Shape parse(String text) {
        return Shape.of(Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray());
    }
}
