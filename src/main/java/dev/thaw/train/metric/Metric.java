package dev.thaw.train.metric;

import dev.thaw.op.Value;
import dev.thaw.train.Formula;

/** A number per entry whose mean over an epoch is reported. Sample weights do not touch it. */
public interface Metric {
    /** Its name in the history. */
    String name();

    /** Emits the values per entry. */
    Value lower(Formula f, Value prediction, Value target);
}
