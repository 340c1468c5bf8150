package dev.thaw.train;

import dev.thaw.op.Value;

/**
 * An input of a program and what of the data goes into it.
 *
 * @param value the input
 * @param from which part of the data
 * @param index which tensor of that part
 */
record Feed(Value value, Part from, int index) {
    /** The parts of the data. */
    enum Part {
        X,
        Y,
        WEIGHT
    }
}
