package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * Mean over the last axis of e^2 / 2 where |e| is at most delta, else delta |e| - delta^2 / 2, with
 * e = p - t.
 *
 * @param delta where the square ends, above 0
 */
public record Huber(double delta) implements Loss {
    /** Refuses a delta that is not above 0. */
    public Huber {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber: delta must be above 0, got " + delta);
        }
    }

    /** Delta 1. */
    public Huber() {
        this(1);
    }

    @Override
    public String name() {
        return "huber";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value error = f.combine(prediction, Binary.Kind.SUB, target);
        return f.meanLast(f.apply(new Fn(Fn.Kind.HUBER, delta, 0), error));
    }
}
