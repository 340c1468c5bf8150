package dev.thaw.op;

/**
 * moving = moving momentum + batch (1 - momentum), the constants rounded to float32; where batch is
 * NaN or infinite, moving stays, so that one bad batch does not end a model.
 *
 * @param moving the moving statistic
 * @param batch this batch's statistic, of the same shape
 * @param momentum weight of what was, in [0, 1]
 */
public record MovingAverage(@Update Value moving, Value batch, double momentum) implements Op {}
