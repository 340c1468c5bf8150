package dev.thaw.layer.merging;

import dev.thaw.op.Binary;

/** y = the largest of x1, x2, .., element by element. Shapes are equal; an extent of 1 repeats. */
public final class Maximum extends ExtremeMerge<Maximum> {
    /** Takes no arguments. */
    public Maximum() {
        super(Binary.Function.MAX);
    }
}
