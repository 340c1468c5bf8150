package dev.thaw.op;

/**
 * y[r] = the first k with the largest x[r, k].
 *
 * @param x FLOAT32 [R, K]
 * @param y INT32 [R]
 */
public record ArgMax(Value x, @Out Value y) implements Op {}
