package dev.thaw.model.callback;

/** Which values of a watched quantity are better. */
public enum Direction {
    /** Small ones, as of a loss. */
    MIN,
    /** Large ones, as of an accuracy. */
    MAX
}
