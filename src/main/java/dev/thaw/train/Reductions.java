package dev.thaw.train;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.train.loss.Reduction;

/** Turns a loss's values per entry into one number, as Keras does. */
final class Reductions {
    private Reductions() {}

    /**
     * @param weights of rows or entries; null for 1
     * @param mask which entries count: 1 or 0; null where all do
     */
    static Value reduce(Formula f, Reduction reduction, Value entries, Value weights, Value mask) {
        Value factor = Alignment.product(f, entries.shape(), weights, mask);
        Value sum =
                f.sum(factor == null ? entries : f.combine(entries, Binary.Function.MUL, factor));
        return switch (reduction) {
            case SUM -> sum;
            case SUM_OVER_BATCH_SIZE, MEAN ->
                    mask == null ? f.affine(sum, 1.0 / entries.size(), 0) : ratio(f, sum, mask, 1);
            case MEAN_WITH_SAMPLE_WEIGHT ->
                    factor == null
                            ? f.affine(sum, 1.0 / entries.size(), 0)
                            : ratio(f, sum, factor, Float.MIN_NORMAL);
        };
    }

    /** sum / sum(counted): 0 where nothing counts, since the sum is 0 then. */
    private static Value ratio(Formula f, Value sum, Value counted, double least) {
        Value count = f.clip(f.sum(counted), least, Float.MAX_VALUE);
        return f.combine(sum, Binary.Function.DIV, count);
    }
}
