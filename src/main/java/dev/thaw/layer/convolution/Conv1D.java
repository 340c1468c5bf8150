package dev.thaw.layer.convolution;

import dev.thaw.layer.Padding;

import java.util.List;

/**
 * A one-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, L, C], kernel:
 * [l, C / groups, filters], bias: [filters], y: [N, L', filters]. With padding CAUSAL no output
 * sees later steps.
 */
public final class Conv1D extends BaseConv<Conv1D> {
    /** A layer whose filters and window are still to be given. */
    public Conv1D() {
        super(1);
    }

    /** So many filters, at least 1, over a window of so many cells. */
    public Conv1D(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }

    @Override
    List<Padding> paddings() {
        return List.of(Padding.values());
    }
}
