package dev.thaw.train;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/** Brings weights and masks beside the entries that they belong to. */
final class Alignment {
    private Alignment() {}

    /**
     * A value in a shape that repeats to the entries': its axes are the entries' first ones, and
     * the others get extent 1.
     */
    static Value to(Formula f, Value v, Shape entries, String what) {
        Shape s = v.shape();
        if (v.size() == entries.size()) {
            return f.reshape(v, entries);
        }
        while (s.rank() > 1 && s.last() == 1) {
            s = s.sub(0, s.rank() - 1);
        }
        boolean fits = s.rank() <= entries.rank();
        for (int i = 0; fits && i < s.rank(); i++) {
            fits = s.dim(i) == entries.dim(i) || s.dim(i) == 1;
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "loss and metrics: %s must have a number per row or per entry of %s, it has %s"
                            .formatted(what, entries, v.shape()));
        }
        int[] dims = new int[entries.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i < s.rank() ? s.dim(i) : 1;
        }
        return f.reshape(v, Shape.of(dims));
    }

    /** weights times mask beside the entries; null where both are. */
    static Value product(Formula f, Shape entries, Value weights, Value mask) {
        if (weights == null && mask == null) {
            return null;
        }
        Value w = weights == null ? null : to(f, weights, entries, "sample_weight");
        Value m = mask == null ? null : to(f, mask, entries, "the output's mask");
        if (w == null || m == null) {
            return w == null ? m : w;
        }
        boolean wider = m.size() >= w.size();
        return f.combine(wider ? m : w, Binary.Function.MUL, wider ? w : m);
    }
}
