package dev.thaw.op;

/**
 * The gradient of {@link Pool}: each window's upstream goes to its first largest cell, or in equal
 * parts to its real cells.
 *
 * @param x images
 * @param y result of the forward op
 * @param dy upstream gradient
 * @param dx gradient of x
 * @param function maximum or mean
 * @param window how the window moves
 */
public record PoolGrad(
        Value x, Value y, Value dy, @Out Value dx, Pool.Function function, Window window)
        implements Op {}
