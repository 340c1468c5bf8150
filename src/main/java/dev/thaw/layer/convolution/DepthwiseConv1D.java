package dev.thaw.layer.convolution;

/**
 * A convolution of each channel on its own: y[n, o, c M + m] = activation(bias[c M + m] + sum over
 * window cells k of x[n, o stride + k dilation - pad, c] kernel[k, c, m]), with M the depth
 * multiplier. x: [N, L, C], kernel: [l, C, M], bias: [C M], y: [N, L', C M].
 */
public final class DepthwiseConv1D extends BaseDepthwiseConv<DepthwiseConv1D> {
    /** A layer whose window is still to be given. */
    public DepthwiseConv1D() {
        super(1);
    }

    /** Over a window of so many cells. */
    public DepthwiseConv1D(int... kernelSize) {
        this();
        kernelSize(kernelSize);
    }
}
