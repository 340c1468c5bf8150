package dev.thaw.op;

/**
 * dx[n, i, c] = sum of dy[n, o, c M + m] w[k, c, m] over m and all (o, k) with o stride + k
 * dilation - pad = i. Shapes as in {@link DepthwiseConvolution}.
 *
 * @param dy upstream gradient
 * @param w filters
 * @param dx gradient of the images
 * @param window how the window moves
 */
public record DepthwiseConvolutionGradInput(Value dy, Value w, @Out Value dx, Window window)
        implements Op {}
