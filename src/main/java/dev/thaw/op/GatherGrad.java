package dev.thaw.op;

/**
 * dtable[v] = sum of dy[r] over those r whose index means row v, as in {@link Gather}, in the order
 * of r or at least in an order that is always the same.
 *
 * @param index which row: FLOAT32, INT32 or INT64 [R]
 * @param dy upstream gradient: [R, D]
 * @param dtable gradient of the table: [V, D]
 */
public record GatherGrad(Value index, Value dy, @Out Value dtable) implements Op {}
