package dev.thaw.layer;

/**
 * A two-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, H, W, C], kernel:
 * [h, w, C / groups, filters], bias: [filters], y: [N, H', W', filters].
 */
public final class Conv2D extends BaseConv<Conv2D> {
    /** So many filters, at least 1, over a square window. */
    public Conv2D(int filters, int kernelSize) {
        this(filters, Extents.of(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public Conv2D(int filters, Extents kernelSize) {
        super(2, filters, kernelSize);
    }

    @Override
    Conv2D self() {
        return this;
    }
}
