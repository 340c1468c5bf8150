package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
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
    public void check(Shape prediction, DType targetType, Shape target) {
        Shape wanted = loss.targetShape(prediction);
        if (targetType != loss.targetType() || !target.equals(wanted)) {
            throw new IllegalArgumentException(
                    "metric "
                            + name()
                            + ": needs "
                            + loss.targetType()
                            + " targets of shape "
                            + wanted
                            + ", the model's loss has "
                            + targetType
                            + " "
                            + target
                            + "; choose a metric for the targets of the loss");
        }
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return loss.lower(f, prediction, target);
    }
}
