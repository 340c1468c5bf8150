package dev.thaw.op;

/**
 * y[n, o, f] = r(bias[f] + residual[n, o, f] + sum over window cells k and channels c of x[n, o
 * stride + k dilation - pad, c] w[k, c, f]) (a cross-correlation, as everywhere in deep learning;
 * cells in the padding count as 0). x: [N, spatial.., C], channels last; w: [window.., C / groups,
 * F] (Keras's layout), with group g of the filters seeing group g of the channels; bias: [F] or
 * absent; residual, y: [N, spatial.., F].
 *
 * @param x images
 * @param w filters
 * @param bias added to each filter's output; may be null
 * @param residual added before the rectifier: like y; may be null, for 0
 * @param y result
 * @param window how the window moves
 * @param groups into how many groups the channels fall
 * @param rectifier r
 */
public record Convolution(
        Value x,
        Value w,
        Value bias,
        Value residual,
        @Out Value y,
        Window window,
        int groups,
        Rectifier rectifier)
        implements Op, Summable, ZeroPadded {
    /** Without residual and rectifier. */
    public Convolution(Value x, Value w, Value bias, Value y, Window window, int groups) {
        this(x, w, bias, null, y, window, groups, Rectifier.NONE);
    }

    @Override
    public Convolution rectified(Rectifier r, Value to) {
        return new Convolution(x, w, bias, residual, to, window, groups, r);
    }

    @Override
    public Convolution plus(Value summand, Value to) {
        return new Convolution(x, w, bias, summand, to, window, groups, rectifier);
    }

    @Override
    public Convolution over(Value images, Window padding) {
        return new Convolution(images, w, bias, residual, y, padding, groups, rectifier);
    }

    @Override
    public void gradient(Gradients g) {
        Value dy = rectifier.passed(g, y);
        if (g.wants(x)) {
            g.emit(new ConvolutionGradInput(dy, w, g.sink(x), window, groups));
        }
        if (g.wants(w)) {
            g.emit(new ConvolutionGradFilter(x, dy, g.sink(w), window, groups));
        }
        if (g.wants(bias)) {
            g.emit(new BiasGrad(dy, g.sink(bias)));
        }
        if (g.wants(residual)) {
            g.pass(residual, dy);
        }
    }
}
