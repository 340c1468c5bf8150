package dev.thaw.layer;

import dev.thaw.op.Binary;

/** y = x1 x2 .., element by element. Shapes are equal; an extent of 1 repeats. */
public final class Multiply extends Merge {
    /** Takes no arguments. */
    public Multiply() {
        super(Binary.Kind.MUL);
    }
}
