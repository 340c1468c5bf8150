package dev.thaw.train;

import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.function.DoubleUnaryOperator;

/**
 * A running sum on the device.
 *
 * @param name its name in the history
 * @param total the sum so far
 * @param count the sum of what its entries count; null where each counts 1
 * @param perRow how many entries a row adds
 * @param result what is reported of the mean
 */
record Running(
        String name, Variable total, Variable count, int perRow, DoubleUnaryOperator result) {
    /** What the variables hold; count is null where there is none. */
    record Sums(Tensor total, Tensor count) {}

    void reset() {
        set(new Sums(Tensor.scalar(0f), Tensor.scalar(0f)));
    }

    Sums sums() {
        return new Sums(total.value().copy(), count == null ? null : count.value().copy());
    }

    void set(Sums sums) {
        total.assign(sums.total);
        if (count != null) {
            count.assign(sums.count);
        }
    }

    /** What is reported after this many rows; of 0 where nothing counts. */
    double read(long rows) {
        double n = count == null ? (double) rows * perRow : count.value().item();
        return result.applyAsDouble(n == 0 ? 0 : total.value().item() / n);
    }
}
