package dev.thaw.op;

/**
 * y[r, k] = 1 where classes[r] = k, else 0.
 *
 * @param classes INT32 [R]
 * @param y FLOAT32 [R, K]
 */
public record OneHot(Value classes, @Out Value y) implements Op {}
