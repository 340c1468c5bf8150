package dev.thaw.layer.convolution;

/**
 * A convolution of each channel on its own with M filters, then one over single cells that mixes
 * them, with nothing in between: y = activation(pointwise(depthwise(x)) + bias). x: [N, H, W, C],
 * depthwise_kernel: [h, w, C, M], pointwise_kernel: [1, 1, C M, filters], bias: [filters], y: [N,
 * H', W', filters]. Strides, dilation and padding belong to the first.
 */
public final class SeparableConv2D extends BaseSeparableConv<SeparableConv2D> {
    /** A layer whose filters and window are still to be given. */
    public SeparableConv2D() {
        super(2);
    }

    /** So many filters, at least 1, over a window, square where one number is given. */
    public SeparableConv2D(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
