package dev.thaw.layer.merging;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Value;

import java.util.List;

/**
 * Maximum or minimum: where an input is masked, only the others count.
 *
 * @param <S> the layer itself
 */
public abstract class ExtremeMerge<S extends ExtremeMerge<S>> extends Merge<S> {
    ExtremeMerge(Binary.Function function) {
        super(function);
    }

    @Override
    final Value mergeMasked(Lowering l, List<Value> inputs) {
        Value best = inputs.get(0);
        Value mask = l.mask(best);
        for (Value next : inputs.subList(1, inputs.size())) {
            Value own = l.mask(next);
            Value x = own == null ? next : l.formula().select(column(l, own), next, best);
            best = mask == null ? best : l.formula().select(column(l, mask), best, x);
            // as Keras: from an input without a mask on, every position counts
            mask =
                    own == null || mask == null
                            ? null
                            : l.formula().combine(mask, Binary.Function.MAX, own);
            best = merge(l, best, x);
        }
        return best;
    }
}
