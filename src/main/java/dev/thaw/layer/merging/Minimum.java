package dev.thaw.layer.merging;

import dev.thaw.op.Binary;

/** y = the smallest of x1, x2, .., element by element. Shapes are equal; an extent of 1 repeats. */
public final class Minimum extends ExtremeMerge<Minimum> {
    /** Takes no arguments. */
    public Minimum() {
        super(Binary.Function.MIN);
    }
}
