package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
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
        Range.POSITIVE.check("huber: delta", delta);
    }

    /** Delta 1. */
    public Huber() {
        this(1);
    }

    @Override
    public String name() {
        return "huber_loss";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value error = Arithmetic.error(f, prediction, target);
        return f.meanLast(f.apply(new Fn(Fn.Function.HUBER, delta, 0), error));
    }

    /** Keras leaves it out and forgets it; it reads it, though. */
    @Override
    public Loss options(Properties p) {
        // Keras writes no delta; one that says more than its default must not be lost
        Double given =
                p.since("thaw").numberOrNull("delta", delta == 1 ? null : delta, Range.POSITIVE);
        return new Huber(given == null ? 1 : given);
    }
}
