package dev.thaw.tensor;

import java.util.Locale;

/**
 * A tensor for people, as NumPy prints arrays: brackets per axis, the middle of long axes left out.
 */
final class TensorText {
    /** So many entries at each end of an axis that is longer than both together. */
    private static final int EDGE = 3;

    private final Tensor tensor;
    private final StringBuilder out = new StringBuilder();

    private TensorText(Tensor tensor) {
        this.tensor = tensor;
    }

    static String of(Tensor t) {
        TensorText text = new TensorText(t);
        text.out.append(t.dtype()).append(' ').append(t.shape());
        text.out.append(t.shape().rank() > 1 ? "\n" : " ");
        text.axis(0, 0);
        return text.out.toString();
    }

    private void axis(int axis, int from) {
        Shape shape = tensor.shape();
        if (axis == shape.rank()) {
            out.append(number(from));
            return;
        }
        int inner = (int) shape.size(axis + 1, shape.rank());
        int n = shape.dim(axis);
        out.append('[');
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                between(axis);
            }
            if (n > 2 * EDGE + 1 && i == EDGE) {
                out.append("..");
                i = n - EDGE - 1;
                continue;
            }
            axis(axis + 1, from + i * inner);
        }
        out.append(']');
    }

    private void between(int axis) {
        if (axis == tensor.shape().rank() - 1) {
            out.append(", ");
        } else {
            out.append(",\n").append(" ".repeat(axis + 1));
        }
    }

    /** A number; of FLOAT32 by the shortest digits that tell it from all others. */
    private String number(int i) {
        String s = tensor.element(i).toString().toLowerCase(Locale.ROOT);
        return s.endsWith(".0") ? s.substring(0, s.length() - 1) : s;
    }
}
