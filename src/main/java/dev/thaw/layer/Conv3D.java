package dev.thaw.layer;

/**
 * A three-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, D, H, W, C],
 * kernel: [d, h, w, C / groups, filters], bias: [filters], y: [N, D', H', W', filters].
 */
public final class Conv3D extends BaseConv<Conv3D> {
    /** So many filters, at least 1, over a cubic window. */
    public Conv3D(int filters, int kernelSize) {
        this(filters, Extents.of(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public Conv3D(int filters, Extents kernelSize) {
        super(3, filters, kernelSize);
    }

    @Override
    Conv3D self() {
        return this;
    }
}
