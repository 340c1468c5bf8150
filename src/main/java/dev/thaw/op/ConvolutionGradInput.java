package dev.thaw.op;

/**
 * dx[n, i, c] = sum of dy[n, o, f] w[k, c, f] over all (o, k) with o stride + k dilation - pad = i.
 * Shapes as in {@link Convolution}. By itself it is a transposed convolution, of dy.
 *
 * @param dy upstream gradient
 * @param w filters
 * @param dx gradient of the images
 * @param window how the window moves
 * @param groups into how many groups the channels fall
 */
public record ConvolutionGradInput(Value dy, Value w, @Out Value dx, Window window, int groups)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        Value up = g.of(dx);
        if (g.wants(dy)) {
            g.emit(new Convolution(up, w, null, g.sink(dy), window, groups));
        }
        if (g.wants(w)) {
            g.emit(new ConvolutionGradFilter(up, dy, g.sink(w), window, groups));
        }
    }
}
