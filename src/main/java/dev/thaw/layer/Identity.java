package dev.thaw.layer;

import dev.thaw.op.Value;

/** y = x. x, y: any shape, the same. */
public final class Identity extends Elementwise {
    /** Takes no arguments. */
    public Identity() {}

    @Override
    protected Value lower(Lowering l, Value x) {
        return x;
    }
}
