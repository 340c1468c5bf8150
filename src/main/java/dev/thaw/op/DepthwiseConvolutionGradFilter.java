package dev.thaw.op;

/**
 * dw[k, c, m] = sum over n and o of x[n, o stride + k dilation - pad, c] dy[n, o, c M + m]. Shapes
 * as in {@link DepthwiseConvolution}.
 *
 * @param x images
 * @param dy upstream gradient
 * @param dw gradient of the filters
 * @param window how the window moves
 */
public record DepthwiseConvolutionGradFilter(Value x, Value dy, @Out Value dw, Window window)
        implements Op {}
