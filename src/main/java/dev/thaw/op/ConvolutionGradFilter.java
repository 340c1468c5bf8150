package dev.thaw.op;

/**
 * dw[k, c, f] = sum over n and o of x[n, o stride + k dilation - pad, c] dy[n, o, f]. Shapes as in
 * {@link Convolution}.
 *
 * @param x images
 * @param dy upstream gradient
 * @param dw gradient of the filters
 * @param window how the window moves
 * @param groups into how many groups the channels fall
 */
public record ConvolutionGradFilter(Value x, Value dy, @Out Value dw, Window window, int groups)
        implements Op {}
