package dev.thaw.op;

/** An op that can apply a rectifier to its result. */
public interface Rectifiable {
    /** The result, after the rectifier. */
    Value y();

    /** What is applied last. */
    Rectifier rectifier();

    /** The same op with this rectifier, which writes to this value. */
    Op rectified(Rectifier rectifier, Value y);
}
