package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/** A number per entry whose mean over an epoch is reported. Sample weights do not touch it. */
public interface Metric {
    /** Its name in the history. */
    String name();

    /** Refuses targets that the metric cannot read. */
    default void check(Shape prediction, DType targetType, Shape target) {}

    /** Emits the values per entry. */
    Value lower(Formula f, Value prediction, Value target);
}
