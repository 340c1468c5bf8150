package dev.thaw.layer.convolution;

/**
 * A three-dimensional transposed convolution: y[n, i, f] = activation(bias[f] + sum of x[n, o, c]
 * kernel[k, f, c] over all channels c and all (o, k) with o stride + k dilation - pad = i). x: [N,
 * D, H, W, C], kernel: [d, h, w, filters, C], bias: [filters], y: [N, D', H', W', filters]. With
 * span = (size - 1) dilation + 1, y's extent is
 *
 * <ul>
 *   <li>VALID: (in - 1) stride + span + outputPadding, by default (in - 1) stride + max(span,
 *       stride);
 *   <li>SAME: (in - 1) stride + span mod 2 + outputPadding, by default in stride.
 * </ul>
 */
public final class Conv3DTranspose extends BaseConvTranspose<Conv3DTranspose> {
    /** A layer whose filters and window are still to be given. */
    public Conv3DTranspose() {
        super(3);
    }

    /** So many filters, at least 1, over a window, cubic where one number is given. */
    public Conv3DTranspose(int filters, int... kernelSize) {
        this();
        filters(filters).kernelSize(kernelSize);
    }
}
