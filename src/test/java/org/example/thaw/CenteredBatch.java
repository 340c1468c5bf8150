package org.example.thaw;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * y = x - m, with m the batch's mean in training and its moving average otherwise. x, y: [N, C].
 */
public final class CenteredBatch extends UnaryLayer<CenteredBatch> {
    private double momentum = .9;

    /** Weight of the old average, in [0, 1]; default 0.9. */
    public CenteredBatch momentum(double value) {
        return with("momentum", value);
    }

    @Override
    protected void properties(Properties p) {
        momentum = p.number("momentum", momentum, Range.FRACTION);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of(WeightSpec.state("mean", Shape.of(1, input.last()), Initializer.zeros()));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        if (!l.trains()) {
            return f.combine(x, Binary.Function.SUB, l.weight("mean"));
        }
        Value mean = f.reduce(x, Reduce.Function.MEAN, List.of(0));
        l.emit(new MovingAverage(l.weight("mean"), mean, momentum));
        return f.combine(x, Binary.Function.SUB, mean);
    }
}
