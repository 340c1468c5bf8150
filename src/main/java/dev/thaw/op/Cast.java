package dev.thaw.op;

import java.util.List;

/**
 * y = x as the nearest FLOAT32, element by element: whole numbers up to 2^24 stay what they are. No
 * gradient passes back.
 *
 * @param x INT32 or INT64, any shape
 * @param y FLOAT32, the same shape
 */
public record Cast(Value x, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of();
    }
}
