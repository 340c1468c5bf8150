package dev.thaw.op;

/**
 * dx = y (dy - sum(dy y)) with the sum over the last axis.
 *
 * @param y the result of the forward op: [.., K]
 * @param dy upstream gradient
 * @param dx gradient of the argument
 */
public record SoftmaxGrad(Value y, Value dy, @Out Value dx) implements Op {}
