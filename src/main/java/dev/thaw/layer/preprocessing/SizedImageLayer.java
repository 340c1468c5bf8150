package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.tensor.Shape;

/**
 * Images of a size that the layer names. x: [N, H, W, C], y: [N, height, width, C].
 *
 * @param <S> the layer itself
 */
public abstract class SizedImageLayer<S extends SizedImageLayer<S>> extends SpatialLayer<S> {
    private int height;
    private int width;

    SizedImageLayer() {
        super(2);
    }

    /** The walk over height and width, which Keras has first. */
    final void size(Properties p) {
        height = p.integer("height", height, Range.atLeast(1));
        width = p.integer("width", width, Range.atLeast(1));
    }

    /** The height, in pixels, at least 1; it must be given, there is no default. */
    public final S height(int value) {
        return with("height", value);
    }

    /** The width, in pixels, at least 1; it must be given, there is no default. */
    public final S width(int value) {
        return with("width", value);
    }

    final int height() {
        return height;
    }

    final int width() {
        return width;
    }

    @Override
    protected final Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }
}
