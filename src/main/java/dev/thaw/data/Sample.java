package dev.thaw.data;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One sample: tensors without an axis of rows.
 *
 * @param x one tensor per input
 * @param y one tensor per output, a single number where a loss wants one per row; none to predict
 *     on
 * @param weight a factor of its loss; empty for 1
 */
public record Sample(List<Tensor> x, List<Tensor> y, OptionalDouble weight) {
    /** Refuses a weight that is not finite. */
    public Sample {
        x = List.copyOf(x);
        y = List.copyOf(y);
        if (x.isEmpty()) {
            throw new IllegalArgumentException("sample: needs at least one input tensor, got none");
        }
        if (weight.isPresent() && !Float.isFinite((float) weight.getAsDouble())) {
            throw new IllegalArgumentException(
                    "sample: weight must be finite, got %s".formatted(weight.getAsDouble()));
        }
    }

    /** One input, without a target: to predict on. */
    public static Sample of(Tensor x) {
        return new Sample(List.of(x), List.of(), OptionalDouble.empty());
    }

    /** One input and one output. */
    public static Sample of(Tensor x, Tensor y) {
        return new Sample(List.of(x), List.of(y), OptionalDouble.empty());
    }

    /** One input and the number of its class. */
    public static Sample of(Tensor x, int label) {
        return of(x, Tensor.of(new int[] {label}, Shape.scalar()));
    }

    /** With a factor of its loss. */
    public Sample withWeight(double value) {
        return new Sample(x, y, OptionalDouble.of(value));
    }
}
