package dev.thaw.layer.convolution;

/**
 * A two-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, H, W, C], kernel:
 * [h, w, C / groups, filters], bias: [filters], y: [N, H', W', filters].
 */
public final class Conv2D extends BaseConv<Conv2D> {
    /** A layer whose filters and window are still to be given. */
    public Conv2D() {
        super(2);
    }

    /** So many filters, at least 1, over a window, square where one number is given. */
    public Conv2D(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
