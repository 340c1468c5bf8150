package dev.thaw.op;

/**
 * y = value everywhere.
 *
 * @param y what is filled
 * @param value the number
 */
public record Fill(@Out Value y, double value) implements Op {}
