package dev.thaw.op;

import java.util.List;

/**
 * y[r, k] = 1 where classes[r] = k, else 0. No gradient passes back.
 *
 * @param classes INT32 [R]
 * @param y FLOAT32 [R, K]
 */
public record OneHot(Value classes, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of();
    }
}
