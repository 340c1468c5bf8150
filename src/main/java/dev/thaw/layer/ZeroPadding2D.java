package dev.thaw.layer;

import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** Zeros around each image. x: [N, H, W, C], y: [N, top + H + bottom, left + W + right, C]. */
public final class ZeroPadding2D extends UnaryLayer {
    private final Margins padding;

    /** One cell on each side. */
    public ZeroPadding2D() {
        this(1);
    }

    /** So many cells on each side. */
    public ZeroPadding2D(int padding) {
        this(Margins.all(padding));
    }

    /** So many rows above and below, so many columns left and right. */
    public ZeroPadding2D(int height, int width) {
        this(Margins.symmetric(height, width));
    }

    /** So many cells on each side, each at least 0. */
    public ZeroPadding2D(Margins padding) {
        if (padding.top() < 0
                || padding.bottom() < 0
                || padding.left() < 0
                || padding.right() < 0) {
            throw refuse("padding must be at least 0 on each side, got " + padding);
        }
        this.padding = padding;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != 4) {
            throw refuse("input must be (batch, height, width, channels), got " + input);
        }
        return Shape.of(
                input.dim(0),
                grown(input.dim(1), padding.top(), padding.bottom()),
                grown(input.dim(2), padding.left(), padding.right()),
                input.dim(3));
    }

    private int grown(int extent, int before, int after) {
        long padded = (long) extent + before + after;
        if (padded > Integer.MAX_VALUE) {
            throw refuse("the padded extent must fit in an int, got " + padded);
        }
        return extent == Shape.NONE ? Shape.NONE : (int) padded;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (padding.equals(Margins.all(0))) {
            return x;
        }
        Value y = l.temp("padded", outputShape(x.shape()));
        l.emit(new Pad(x, y, List.of(0, padding.top(), padding.left(), 0)));
        return y;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put(
                "padding",
                List.of(
                        List.of(padding.top(), padding.bottom()),
                        List.of(padding.left(), padding.right())));
        config.put("data_format", "channels_last");
    }
}
