package dev.thaw.layer.convolution;

/**
 * A convolution of each channel on its own with M filters, then one over single cells that mixes
 * them, with nothing in between: y = activation(pointwise(depthwise(x)) + bias). x: [N, L, C],
 * depthwise_kernel: [l, C, M], pointwise_kernel: [1, C M, filters], bias: [filters], y: [N, L',
 * filters]. Strides, dilation and padding belong to the first.
 */
public final class SeparableConv1D extends BaseSeparableConv<SeparableConv1D> {
    /** A layer whose filters and window are still to be given. */
    public SeparableConv1D() {
        super(1);
    }

    /** So many filters, at least 1, over a window of so many cells. */
    public SeparableConv1D(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
