package dev.thaw.op;

import java.util.List;

/**
 * moving = moving momentum + batch (1 - momentum), the constants rounded to float32; where batch is
 * NaN or infinite, moving stays, so that one bad batch does not end a model. Of many statistics at
 * once, as each has a few hundred numbers only.
 *
 * @param moving the moving statistics, all different
 * @param batch this batch's statistics, one for each, of the same shapes
 * @param momentum weight of what was, in [0, 1]
 */
public record MovingAverage(@Update List<Value> moving, List<Value> batch, double momentum)
        implements Op {
    /** Refuses lists that do not fit together. */
    public MovingAverage {
        moving = List.copyOf(moving);
        batch = List.copyOf(batch);
        if (moving.size() != batch.size()) {
            throw new IllegalArgumentException(
                    "MovingAverage: takes a batch's statistic for each of %s moving ones, got %s"
                            .formatted(moving.size(), batch.size()));
        }
    }

    /** Of one statistic. */
    public MovingAverage(Value moving, Value batch, double momentum) {
        this(List.of(moving), List.of(batch), momentum);
    }
}
