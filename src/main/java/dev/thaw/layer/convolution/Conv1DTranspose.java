package dev.thaw.layer.convolution;

/**
 * A one-dimensional transposed convolution: y[n, i, f] = activation(bias[f] + sum of x[n, o, c]
 * kernel[k, f, c] over all channels c and all (o, k) with o stride + k dilation - pad = i). x: [N,
 * L, C], kernel: [l, filters, C], bias: [filters], y: [N, L', filters]. With span = (size - 1)
 * dilation + 1, y's extent is
 *
 * <ul>
 *   <li>VALID: (in - 1) stride + span + outputPadding, by default (in - 1) stride + max(span,
 *       stride);
 *   <li>SAME: (in - 1) stride + span mod 2 + outputPadding, by default in stride.
 * </ul>
 */
public final class Conv1DTranspose extends BaseConvTranspose<Conv1DTranspose> {
    /** A layer whose filters and window are still to be given. */
    public Conv1DTranspose() {
        super(1);
    }

    /** So many filters, at least 1, over a window of so many cells. */
    public Conv1DTranspose(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
