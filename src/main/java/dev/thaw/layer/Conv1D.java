package dev.thaw.layer;

/**
 * A one-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, L, C], kernel:
 * [l, C / groups, filters], bias: [filters], y: [N, L', filters]. With padding CAUSAL no output
 * sees later steps.
 */
public final class Conv1D extends BaseConv<Conv1D> {
    /** So many filters, at least 1, over a window of so many cells. */
    public Conv1D(int filters, int kernelSize) {
        this(filters, Extents.of(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public Conv1D(int filters, Extents kernelSize) {
        super(1, filters, kernelSize);
    }

    @Override
    Conv1D self() {
        return this;
    }
}
