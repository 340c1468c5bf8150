package dev.thaw.layer;

/**
 * A convolution of each channel on its own: y[n, o, c M + m] = activation(bias[c M + m] + sum over
 * window cells k of x[n, o stride + k dilation - pad, c] kernel[k, c, m]), with M the depth
 * multiplier. x: [N, H, W, C], kernel: [h, w, C, M], bias: [C M], y: [N, H', W', C M].
 */
public final class DepthwiseConv2D extends BaseDepthwiseConv<DepthwiseConv2D> {
    /** Over a square window. */
    public DepthwiseConv2D(int kernelSize) {
        this(Extents.of(kernelSize));
    }

    /** Over a window. */
    public DepthwiseConv2D(Extents kernelSize) {
        super(2, kernelSize);
    }

    @Override
    DepthwiseConv2D self() {
        return this;
    }
}
