package dev.thaw.layer.merging;

import dev.thaw.op.Binary;

/** y = x1 + x2 + .., element by element. Shapes are equal; an extent of 1 repeats. */
public final class Add extends Merge<Add> {
    /** Takes no arguments. */
    public Add() {
        super(Binary.Function.ADD);
    }
}
