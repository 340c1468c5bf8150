package dev.thaw.op;

/**
 * counter = counter + 1.
 *
 * @param counter an INT64 number
 */
public record Increment(@Update Value counter) implements Op {}
