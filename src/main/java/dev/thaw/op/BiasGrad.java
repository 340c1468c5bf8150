package dev.thaw.op;

/**
 * db[c] = sum over all leading axes of dy[.., c].
 *
 * @param dy upstream gradient: [.., C]
 * @param db gradient of the bias: [C]
 */
public record BiasGrad(Value dy, @Out Value db) implements Op {}
