package dev.thaw.op;

/**
 * y = 1 where a = b, else 0. a and b have one type and one shape.
 *
 * @param a left argument
 * @param b right argument
 * @param y FLOAT32 result
 */
public record Equal(Value a, Value b, @Out Value y) implements Op {}
