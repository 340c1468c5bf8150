package dev.thaw.op;

import java.util.List;

/**
 * y = x, and no gradient passes back: what y leads to takes it as given.
 *
 * @param x argument
 * @param y result, of the same shape and type
 */
public record StopGradient(Value x, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of();
    }
}
