package dev.thaw.backend.cuda;

import dev.thaw.op.Value;
import dev.thaw.op.Window;

/** The 20 numbers by which kernels know a window, in three spatial axes. */
record WindowNumbers(int[] all, long outputCells) {
    private static final int AXES = 3;

    /**
     * @param x what the window moves over
     * @param y what it makes
     */
    static WindowNumbers of(Value x, Value y, Window window) {
        int rank = window.rank();
        int missing = AXES - rank;
        int[] in = {1, 1, 1};
        int[] out = {1, 1, 1};
        int[] size = {1, 1, 1};
        int[] stride = {1, 1, 1};
        int[] dilation = {1, 1, 1};
        int[] pad = {0, 0, 0};
        for (int i = 0; i < rank; i++) {
            in[missing + i] = x.shape().dim(1 + i);
            out[missing + i] = y.shape().dim(1 + i);
            size[missing + i] = window.size().get(i);
            stride[missing + i] = window.strides().get(i);
            dilation[missing + i] = window.dilation().get(i);
            pad[missing + i] = window.padBefore().get(i);
        }
        int[] all = new int[2 + 6 * AXES];
        all[0] = x.shape().dim(0);
        System.arraycopy(in, 0, all, 1, AXES);
        all[1 + AXES] = x.shape().dim(1 + rank);
        int[][] rest = {out, size, stride, dilation, pad};
        for (int i = 0; i < rest.length; i++) {
            System.arraycopy(rest[i], 0, all, 2 + AXES * (i + 1), AXES);
        }
        return new WindowNumbers(all, (long) all[0] * out[0] * out[1] * out[2]);
    }
}
