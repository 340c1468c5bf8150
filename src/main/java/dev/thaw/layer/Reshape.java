package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The same elements, row-major, in another shape per sample; one extent may be -1, for what is
 * left. x: [N, ..], y: [N, targetShape].
 */
public final class Reshape extends UnaryLayer {
    private final Shape targetShape;

    /** Into these extents per sample, at most one of them -1. */
    public Reshape(int... targetShape) {
        int unknown = 0;
        for (int d : targetShape) {
            if (d < 1 && d != -1) {
                throw refuse(
                        "targetShape's extents must be at least 1, or -1 for what is left, got "
                                + java.util.Arrays.toString(targetShape));
            }
            unknown += d == -1 ? 1 : 0;
        }
        this.targetShape = Shape.of(targetShape);
        if (unknown > 1) {
            throw refuse("targetShape may have one -1, got " + this.targetShape);
        }
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 1) {
            throw refuse("input must have a batch axis, got " + input);
        }
        Shape sample = input.sub(1, input.rank());
        if (!sample.isKnown()) {
            return targetShape.prepend(input.dim(0));
        }
        try {
            return reshaped(input, sample);
        } catch (ArithmeticException e) {
            throw refuse(
                    "a sample must have fewer than 2^31 elements, got input "
                            + input
                            + " and targetShape "
                            + targetShape);
        }
    }

    private Shape reshaped(Shape input, Shape sample) {
        long size = sample.size();
        long product = 1;
        int open = -1;
        for (int i = 0; i < targetShape.rank(); i++) {
            open = targetShape.dim(i) == Shape.NONE ? i : open;
            product =
                    Math.multiplyExact(
                            product, targetShape.dim(i) == Shape.NONE ? 1L : targetShape.dim(i));
        }
        if (open < 0 ? product != size : size % product != 0) {
            throw refuse(
                    "targetShape "
                            + targetShape
                            + (open < 0 ? " holds " : " holds a multiple of ")
                            + product
                            + " elements, the input "
                            + input
                            + " has "
                            + size
                            + " per sample");
        }
        Shape target =
                open < 0 ? targetShape : targetShape.withDim(open, Math.toIntExact(size / product));
        return target.prepend(input.dim(0));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l, x, outputShape(x.shape()));
    }

    /** Emits a change of shape, unless the shape is that one already. */
    static Value emit(Lowering l, Value x, Shape to) {
        if (x.shape().equals(to)) {
            return x;
        }
        Value y = l.temp("reshaped", to);
        l.emit(new dev.thaw.op.Reshape(x, y));
        return y;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        // as a list: an open extent is -1 here, where a Shape would write null
        List<Integer> dims = new ArrayList<>();
        for (int d : targetShape.toArray()) {
            dims.add(d == Shape.NONE ? -1 : d);
        }
        config.put("target_shape", dims);
    }
}
