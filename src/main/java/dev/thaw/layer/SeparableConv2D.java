package dev.thaw.layer;

/**
 * A convolution of each channel on its own with M filters, then one over single cells that mixes
 * them, with nothing in between: y = activation(pointwise(depthwise(x)) + bias). x: [N, H, W, C],
 * depthwise_kernel: [h, w, C, M], pointwise_kernel: [1, 1, C M, filters], bias: [filters], y: [N,
 * H', W', filters]. Strides, dilation and padding belong to the first.
 */
public final class SeparableConv2D extends BaseSeparableConv<SeparableConv2D> {
    /** So many filters, at least 1, over a square window. */
    public SeparableConv2D(int filters, int kernelSize) {
        this(filters, Extents.of(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public SeparableConv2D(int filters, Extents kernelSize) {
        super(2, filters, kernelSize);
    }

    @Override
    SeparableConv2D self() {
        return this;
    }
}
