package dev.thaw.layer.convolution;

/**
 * A three-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, D, H, W, C],
 * kernel: [d, h, w, C / groups, filters], bias: [filters], y: [N, D', H', W', filters].
 */
public final class Conv3D extends BaseConv<Conv3D> {
    /** A layer whose filters and window are still to be given. */
    public Conv3D() {
        super(3);
    }

    /** So many filters, at least 1, over a window, cubic where one number is given. */
    public Conv3D(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
