package dev.thaw.op;

/**
 * dx = dy f'(x), element by element. All of one shape.
 *
 * @param x the argument of the forward op
 * @param y its result
 * @param dy upstream gradient
 * @param dx gradient of x
 * @param fn the function
 */
public record UnaryGrad(Value x, Value y, Value dy, @Out Value dx, Fn fn) implements Op {}
