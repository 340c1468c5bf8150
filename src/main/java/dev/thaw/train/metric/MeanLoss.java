package dev.thaw.train.metric;

import dev.thaw.op.Value;
import dev.thaw.train.Formula;
import dev.thaw.train.loss.Loss;

/**
 * Any loss as a metric: {@code new MeanLoss(new MeanAbsoluteError())}.
 *
 * @param loss what is averaged
 */
public record MeanLoss(Loss loss) implements Metric {
    @Override
    public String name() {
        return loss.name();
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return loss.lower(f, prediction, target);
    }
}
