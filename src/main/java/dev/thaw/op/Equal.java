package dev.thaw.op;

import java.util.List;

/**
 * y = 1 where a = b, else 0. a and b have one type and one shape. No gradient passes back.
 *
 * @param a left argument
 * @param b right argument
 * @param y FLOAT32 result
 */
public record Equal(Value a, Value b, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of();
    }
}
