package dev.thaw.backend.reference;

import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import java.nio.DoubleBuffer;
import java.util.Arrays;

final class Pooling {
    /** What each output's window holds: the position of its first largest cell, the real cells. */
    private record Windows(int[] largest, int[] real) {}

    /** An output and an input position that its window sees. */
    private interface Pair {
        void visit(int y, int x);
    }

    private Pooling() {}

    static void register(Table table) {
        table.add(Pool.class, Pooling::pool);
        table.add(PoolGrad.class, Pooling::poolGrad);
    }

    private static void forEach(Value x, Value y, Window window, Pair pair) {
        int channels = x.shape().last();
        for (int n = 0; n < x.shape().dim(0); n++) {
            int ins = n * Taps.cells(x);
            int outs = n * Taps.cells(y);
            Taps.forEach(
                    window,
                    x,
                    y,
                    (out, cell, in) -> {
                        for (int c = 0; c < channels; c++) {
                            pair.visit((outs + out) * channels + c, (ins + in) * channels + c);
                        }
                    });
        }
    }

    private static Windows windows(DoubleBuffer content, Value x, Value y, Window window) {
        int[] largest = new int[(int) y.size()];
        int[] real = new int[(int) y.size()];
        Arrays.fill(largest, -1);
        forEach(
                x,
                y,
                window,
                (to, from) -> {
                    real[to]++;
                    if (largest[to] < 0 || wins(content.get(from), content.get(largest[to]))) {
                        largest[to] = from;
                    }
                });
        return new Windows(largest, real);
    }

    private static boolean wins(double next, double best) {
        return next > best || Double.isNaN(next) && !Double.isNaN(best);
    }

    private static void pool(Pool op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        Windows windows = windows(x, op.x(), op.y(), op.window());
        cells.fill(op.y(), 0);
        if (op.function() == Pool.Function.MAX) {
            for (int i = 0; i < op.y().size(); i++) {
                y.put(i, x.get(windows.largest[i]));
            }
        } else {
            forEach(
                    op.x(),
                    op.y(),
                    op.window(),
                    (to, from) -> cells.add(op.y(), to, x.get(from) / windows.real[to]));
        }
    }

    private static void poolGrad(PoolGrad op, Cells cells) {
        DoubleBuffer dy = cells.numbers(op.dy());
        Windows windows = windows(cells.numbers(op.x()), op.x(), op.dy(), op.window());
        cells.fill(op.dx(), 0);
        if (op.function() == Pool.Function.MAX) {
            for (int i = 0; i < op.dy().size(); i++) {
                cells.add(op.dx(), windows.largest[i], dy.get(i));
            }
        } else {
            forEach(
                    op.x(),
                    op.dy(),
                    op.window(),
                    (from, to) -> cells.add(op.dx(), to, dy.get(from) / windows.real[from]));
        }
    }
}
