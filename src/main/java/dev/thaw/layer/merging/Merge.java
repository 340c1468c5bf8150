package dev.thaw.layer.merging;

import dev.thaw.layer.Lowering;
import dev.thaw.layer.TypedLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * Inputs merged element by element, from left to right. Samples are broadcast as in NumPy: their
 * shapes are aligned at the last axis, and an extent of 1, or an absent axis, repeats.
 *
 * @param <S> the layer itself
 */
public abstract class Merge<S extends Merge<S>> extends TypedLayer<S> {
    private final Binary.Function function;

    Merge(Binary.Function function) {
        this.function = function;
    }

    /** What becomes of the merged inputs. */
    Value finish(Lowering l, Value merged, int count) {
        return merged;
    }

    /** Refuses a number of inputs that the layer cannot merge. */
    void checkCount(int count) {
        if (count < 1) {
            throw refuse("merges 1 or more inputs, got none");
        }
    }

    @Override
    public boolean takesList() {
        return true;
    }

    @Override
    public final List<Shape> outputShapes(List<Shape> inputs) {
        checkCount(inputs.size());
        Shape merged = inputs.get(0);
        for (Shape next : inputs.subList(1, inputs.size())) {
            merged = merged(merged, next, inputs);
        }
        return List.of(merged);
    }

    private Shape merged(Shape a, Shape b, List<Shape> all) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw refuse("inputs must have a batch axis, got " + all);
        }
        int[] dims = new int[Math.max(a.rank(), b.rank())];
        Shape left = aligned(a, dims.length);
        Shape right = aligned(b, dims.length);
        for (int i = 0; i < dims.length; i++) {
            int p = left.dim(i);
            int q = right.dim(i);
            boolean unknown = p == Shape.NONE || q == Shape.NONE;
            if (!unknown && p != q && (i == 0 || p != 1 && q != 1)) {
                throw refuse(
                        "inputs must have the same extents%s; axis %d has %d and %d in %s"
                                .formatted(i == 0 ? " along the batch" : ", or 1", i, p, q, all));
            }
            // as Keras: what is known of the batch holds for all; elsewhere unknown stays unknown
            dims[i] = unknown && i > 0 ? Shape.NONE : Math.max(p, q);
        }
        return Shape.of(dims);
    }

    /** The batch, as many ones as are missing, and the sample. */
    private static Shape aligned(Shape s, int rank) {
        Shape aligned = s;
        while (aligned.rank() < rank) {
            aligned = aligned.insert(1, 1);
        }
        return aligned;
    }

    private static Value ofRank(Formula f, Value x, int rank) {
        return f.reshape(x, aligned(x.shape(), rank));
    }

    @Override
    public final List<Value> lower(Lowering l, List<Value> inputs) {
        boolean masked = inputs.stream().anyMatch(x -> l.mask(x) != null);
        Value merged = masked ? mergeMasked(l, inputs) : merge(l, inputs);
        Value y = finish(l, merged, inputs.size());
        if (masked) {
            l.setMask(y, anyMask(l, inputs));
        }
        return List.of(y);
    }

    /** The inputs merged from left to right, whatever their masks say. */
    final Value merge(Lowering l, List<Value> inputs) {
        Value merged = inputs.get(0);
        for (Value next : inputs.subList(1, inputs.size())) {
            merged = merge(l, merged, next);
        }
        return merged;
    }

    final Value merge(Lowering l, Value a, Value b) {
        Formula f = l.formula();
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        return f.combine(ofRank(f, a, rank), function, ofRank(f, b, rank));
    }

    /** The inputs merged where at least one has a mask; default as without. */
    Value mergeMasked(Lowering l, List<Value> inputs) {
        return merge(l, inputs);
    }

    /** What is valid in any of the inputs; null where an input has no mask. */
    static Value anyMask(Lowering l, List<Value> inputs) {
        List<Value> masks = new ArrayList<>();
        inputs.forEach(x -> masks.add(l.mask(x)));
        return masks.contains(null)
                ? null
                : masks.stream()
                        .reduce((a, b) -> l.formula().combine(a, Binary.Function.MAX, b))
                        .orElseThrow();
    }

    /** A mask with an axis of 1 for what it leaves out. */
    static Value column(Lowering l, Value mask) {
        return l.formula().reshape(mask, mask.shape().append(1));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
