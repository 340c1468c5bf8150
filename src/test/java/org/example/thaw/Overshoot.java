package org.example.thaw;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.train.metric.Metric;

/** The share of predictions above their targets. */
public record Overshoot() implements Metric {
    @Override
    public String name() {
        return "overshoot";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value above = f.combine(prediction, Binary.Function.SUB, target);
        return f.meanLast(f.apply(new Fn(Fn.Function.STEP, 0, 0), above));
    }
}
