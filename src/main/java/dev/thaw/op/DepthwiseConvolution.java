package dev.thaw.op;

/**
 * y[n, o, c M + m] = r(bias[c M + m] + sum over window cells k of x[n, o stride + k dilation - pad,
 * c] w[k, c, m]). x: [N, spatial.., C], channels last; w: [window.., C, M] with M filters per
 * channel; bias: [C M] or absent; y: [N, spatial.., C M].
 *
 * @param x images
 * @param w filters
 * @param bias added to each output channel; may be null
 * @param y result
 * @param window how the window moves
 * @param rectifier r
 */
public record DepthwiseConvolution(
        Value x, Value w, Value bias, @Out Value y, Window window, Rectifier rectifier)
        implements Op, Rectifiable, ZeroPadded {
    /** Without rectifier. */
    public DepthwiseConvolution(Value x, Value w, Value bias, Value y, Window window) {
        this(x, w, bias, y, window, Rectifier.NONE);
    }

    @Override
    public DepthwiseConvolution rectified(Rectifier r, Value to) {
        return new DepthwiseConvolution(x, w, bias, to, window, r);
    }

    @Override
    public DepthwiseConvolution over(Value images, Window padding) {
        return new DepthwiseConvolution(images, w, bias, y, padding, rectifier);
    }

    @Override
    public void gradient(Gradients g) {
        Value dy = rectifier.passed(g, y);
        if (g.wants(x)) {
            g.emit(new DepthwiseConvolutionGradInput(dy, w, g.sink(x), window));
        }
        if (g.wants(w)) {
            g.emit(new DepthwiseConvolutionGradFilter(x, dy, g.sink(w), window));
        }
        if (g.wants(bias)) {
            g.emit(new BiasGrad(dy, g.sink(bias)));
        }
    }
}
