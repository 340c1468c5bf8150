package dev.thaw.op;

/**
 * total = total + scale sum(x).
 *
 * @param total a FLOAT32 number
 * @param x what is added, any shape
 * @param scale factor
 */
public record Accumulate(@Update Value total, Value x, double scale) implements Op {}
