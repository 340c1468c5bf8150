package dev.thaw.layer.convolution;

/**
 * A convolution of each channel on its own: y[n, o, c M + m] = activation(bias[c M + m] + sum over
 * window cells k of x[n, o stride + k dilation - pad, c] kernel[k, c, m]), with M the depth
 * multiplier. x: [N, H, W, C], kernel: [h, w, C, M], bias: [C M], y: [N, H', W', C M].
 */
public final class DepthwiseConv2D extends BaseDepthwiseConv<DepthwiseConv2D> {
    /** A layer whose window is still to be given. */
    public DepthwiseConv2D() {
        super(2);
    }

    /** Over a window, square where one number is given. */
    public DepthwiseConv2D(int... kernelSize) {
        this();
        kernelSize(kernelSize);
    }
}
