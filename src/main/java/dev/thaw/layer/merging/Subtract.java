package dev.thaw.layer.merging;

import dev.thaw.op.Binary;

/** y = x1 - x2, element by element. Shapes are equal; an extent of 1 repeats. */
public final class Subtract extends Merge<Subtract> {
    /** Takes no arguments. */
    public Subtract() {
        super(Binary.Function.SUB);
    }

    @Override
    void checkCount(int count) {
        if (count != 2) {
            throw refuse("subtracts the second of 2 inputs from the first, got " + count);
        }
    }
}
