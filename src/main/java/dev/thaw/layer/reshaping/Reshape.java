package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * The same elements, row-major, in another shape per sample; one extent may be -1, for what is
 * left. x: [N, ..], y: [N, targetShape].
 */
public final class Reshape extends UnaryLayer<Reshape> {
    private Shape targetShape = Shape.scalar();

    /** Into one number per sample, until a shape is given. */
    public Reshape() {}

    /** Into these extents per sample, at most one of them -1. */
    public Reshape(int... targetShape) {
        targetShape(targetShape);
    }

    /** As a list: an open extent is -1 here, where a Shape would write null. */
    @Override
    protected void properties(Properties p) {
        List<Integer> dims = new ArrayList<>();
        for (int d : targetShape.toArray()) {
            dims.add(d == Shape.NONE ? -1 : d);
        }
        dims = p.integers("target_shape", dims);
        if (dims.stream().anyMatch(d -> d < 1 && d != -1)
                || dims.stream().filter(d -> d == -1).count() > 1) {
            throw refuse(
                    "target_shape must have extents of at least 1, and one -1 at most for what is left, got "
                            + dims);
        }
        targetShape = Shape.of(dims.stream().map(d -> d == -1 ? Shape.NONE : d).toList());
    }

    /** The extents per sample, at most one of them -1. */
    public Reshape targetShape(int... value) {
        return with("target_shape", value);
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
                    "a sample must have fewer than 2^31 elements, got input %s and target_shape %s"
                            .formatted(input, targetShape));
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
                    "target_shape %s%s%s elements, the input %s has %s per sample"
                            .formatted(
                                    targetShape,
                                    open < 0 ? " holds " : " holds a multiple of ",
                                    product,
                                    input,
                                    size));
        }
        Shape target =
                open < 0 ? targetShape : targetShape.withDim(open, Math.toIntExact(size / product));
        return target.prepend(input.dim(0));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return l.formula().reshape(x, outputShape(x.shape()));
    }
}
