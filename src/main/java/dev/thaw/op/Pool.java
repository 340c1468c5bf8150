package dev.thaw.op;

/**
 * y = maximum or mean of x over each window. Cells in the padding never count: they are not
 * candidates for the maximum, and the mean divides by the real cells alone, as TensorFlow does.
 *
 * @param x images: [N, spatial.., C]
 * @param y result: [N, spatial.., C]
 * @param function maximum or mean
 * @param window how the window moves
 */
public record Pool(Value x, @Out Value y, Function function, Window window) implements Op {
    /** What a window yields. */
    public enum Function {
        /**
         * The largest cell; the first one, in row-major order, gets the gradient. NaN is larger
         * than all numbers, so that none is lost; TensorFlow leaves it out on a CPU, PyTorch does
         * not.
         */
        MAX,
        /** The mean of the cells that are not padding. */
        AVERAGE
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new PoolGrad(x, y, g.of(y), g.sink(x), function, window));
    }
}
