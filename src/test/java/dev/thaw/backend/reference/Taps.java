package dev.thaw.backend.reference;

import dev.thaw.op.Value;
import dev.thaw.op.Window;

/** Which input cell each window cell sees, over all outputs; padding is left out. */
final class Taps {
    /** One window cell of one output that sees a real input cell; all counted row-major. */
    interface Tap {
        void visit(int out, int cell, int in);
    }

    private Taps() {}

    /** Visits the outputs in row-major order, and for each its window in row-major order. */
    static void forEach(Window window, Value x, Value y, Tap tap) {
        int[] ins = spatial(x);
        int[] outs = spatial(y);
        int[] cells = window.size().stream().mapToInt(i -> i).toArray();
        int[] in = new int[window.rank()];
        Index.forEach(
                outs,
                out ->
                        Index.forEach(
                                cells,
                                cell -> {
                                    boolean real = true;
                                    for (int i = 0; i < in.length; i++) {
                                        in[i] =
                                                out[i] * window.strides().get(i)
                                                        + cell[i] * window.dilation().get(i)
                                                        - window.padBefore().get(i);
                                        real &= in[i] >= 0 && in[i] < ins[i];
                                    }
                                    if (real) {
                                        tap.visit(
                                                Index.flat(outs, out),
                                                Index.flat(cells, cell),
                                                Index.flat(ins, in));
                                    }
                                }));
    }

    /** The number of spatial cells of [N, spatial.., C]. */
    static int cells(Value v) {
        return (int) v.shape().size(1, v.shape().rank() - 1);
    }

    private static int[] spatial(Value v) {
        return v.shape().sub(1, v.shape().rank() - 1).toArray();
    }
}
