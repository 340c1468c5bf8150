package dev.thaw.op;

import java.util.List;

/**
 * y[r] = the first k with the largest x[r, k]. No gradient passes back.
 *
 * @param x FLOAT32 [R, K]
 * @param y INT32 [R]
 */
public record ArgMax(Value x, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of();
    }
}
