package dev.thaw.train.loss;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * Mean over the last axis of max(1 - t p, 0)^2; targets of a batch that are all 0 or 1 mean -1 and
 * 1.
 */
public record SquaredHinge() implements Loss {
    @Override
    public String name() {
        return "squared_hinge";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return f.meanLast(f.apply(Fn.Function.SQUARE, Margins.of(f, prediction, target)));
    }
}
