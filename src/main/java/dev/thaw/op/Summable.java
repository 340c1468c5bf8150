package dev.thaw.op;

/** An op that can add a value to its result, before the rectifier. */
public interface Summable extends Rectifiable {
    /** What is added, like the result; null where nothing is. */
    Value residual();

    /** The same op with this residual, which writes to this value. */
    Op plus(Value residual, Value y);
}
