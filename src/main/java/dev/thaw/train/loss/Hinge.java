package dev.thaw.train.loss;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * Mean over the last axis of max(1 - t p, 0); targets of a batch that are all 0 or 1 mean -1 and 1.
 */
public record Hinge() implements Loss {
    @Override
    public String name() {
        return "hinge";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return f.meanLast(Margins.of(f, prediction, target));
    }
}
