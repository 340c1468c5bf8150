package dev.thaw.backend.reference;

import dev.thaw.op.Accumulate;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Cast;
import dev.thaw.op.Equal;
import dev.thaw.op.Gather;
import dev.thaw.op.GatherGrad;
import dev.thaw.op.Guard;
import dev.thaw.op.OneHot;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.SoftmaxCrossEntropyGrad;
import dev.thaw.op.SoftmaxGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;

final class Losses {
    private Losses() {}

    static void register(Table table) {
        table.add(Softmax.class, Losses::softmax);
        table.add(SoftmaxGrad.class, Losses::softmaxGrad);
        table.add(SoftmaxCrossEntropy.class, Losses::crossEntropy);
        table.add(SoftmaxCrossEntropyGrad.class, Losses::crossEntropyGrad);
        table.add(OneHot.class, Losses::oneHot);
        table.add(Gather.class, Losses::gather);
        table.add(GatherGrad.class, Losses::gatherGrad);
        table.add(ArgMax.class, Losses::argMax);
        table.add(Equal.class, Losses::equal);
        table.add(Cast.class, Losses::cast);
        table.add(Accumulate.class, Losses::accumulate);
        table.add(Guard.class, Losses::guard);
    }

    private static double max(DoubleBuffer x, int from, int k) {
        double max = x.get(from);
        for (int i = 1; i < k; i++) {
            max = Math.max(max, x.get(from + i));
        }
        return max;
    }

    /** sum(e^(x - max)) of a row. */
    private static double partition(DoubleBuffer x, int from, int k, double max) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += Math.exp(x.get(from + i) - max);
        }
        return sum;
    }

    private static void softmax(Softmax op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        int k = op.x().shape().last();
        for (int row = 0; row < op.x().size(); row += k) {
            double max = max(x, row, k);
            double sum = partition(x, row, k, max);
            for (int i = 0; i < k; i++) {
                y.put(row + i, Math.exp(x.get(row + i) - max) / sum);
            }
        }
    }

    private static void softmaxGrad(SoftmaxGrad op, Cells cells) {
        DoubleBuffer y = cells.numbers(op.y());
        DoubleBuffer dy = cells.numbers(op.dy());
        DoubleBuffer dx = cells.numbers(op.dx());
        int k = op.y().shape().last();
        for (int row = 0; row < op.y().size(); row += k) {
            double dot = 0;
            for (int i = row; i < row + k; i++) {
                dot += dy.get(i) * y.get(i);
            }
            for (int i = row; i < row + k; i++) {
                dx.put(i, y.get(i) * (dy.get(i) - dot));
            }
        }
    }

    /** t[r, k] of either kind of target. */
    private static double target(Value target, int row, int k, int i, Cells cells) {
        return target.dtype() == DType.FLOAT32
                ? cells.numbers(target).get(row * k + i)
                : cells.integers(target).get(row) == i ? 1 : 0;
    }

    private static void crossEntropy(SoftmaxCrossEntropy op, Cells cells) {
        DoubleBuffer z = cells.numbers(op.logits());
        DoubleBuffer loss = cells.numbers(op.loss());
        int k = op.logits().shape().last();
        for (int r = 0; r < op.loss().size(); r++) {
            double max = max(z, r * k, k);
            double log = Math.log(partition(z, r * k, k, max));
            double sum = 0;
            for (int i = 0; i < k; i++) {
                sum += target(op.target(), r, k, i, cells) * (log - (z.get(r * k + i) - max));
            }
            loss.put(r, sum);
        }
    }

    private static void crossEntropyGrad(SoftmaxCrossEntropyGrad op, Cells cells) {
        DoubleBuffer z = cells.numbers(op.logits());
        DoubleBuffer dloss = cells.numbers(op.dloss());
        DoubleBuffer dz = cells.numbers(op.dlogits());
        int k = op.logits().shape().last();
        for (int r = 0; r < op.dloss().size(); r++) {
            double max = max(z, r * k, k);
            double partition = partition(z, r * k, k, max);
            double mass = 0;
            for (int i = 0; i < k; i++) {
                mass += target(op.target(), r, k, i, cells);
            }
            for (int i = 0; i < k; i++) {
                double softmax = Math.exp(z.get(r * k + i) - max) / partition;
                double t = target(op.target(), r, k, i, cells);
                dz.put(r * k + i, dloss.get(r) * (softmax * mass - t));
            }
        }
    }

    private static void oneHot(OneHot op, Cells cells) {
        LongBuffer classes = cells.integers(op.classes());
        DoubleBuffer y = cells.numbers(op.y());
        int k = op.y().shape().last();
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, classes.get(i / k) == i % k ? 1 : 0);
        }
    }

    private static int row(Value index, int r, int count, Cells cells) {
        return Gather.row(
                index.dtype() == DType.FLOAT32
                        ? cells.numbers(index).get(r)
                        : cells.integers(index).get(r),
                count);
    }

    private static void gather(Gather op, Cells cells) {
        int width = op.table().shape().dim(1);
        for (int i = 0; i < op.y().size(); i++) {
            int row = row(op.index(), i / width, op.table().shape().dim(0), cells);
            double v =
                    row < 0 ? Double.NaN : cells.numbers(op.table()).get(row * width + i % width);
            cells.numbers(op.y()).put(i, v);
        }
    }

    private static void gatherGrad(GatherGrad op, Cells cells) {
        int width = op.dtable().shape().dim(1);
        cells.fill(op.dtable(), 0);
        for (int i = 0; i < op.dy().size(); i++) {
            int row = row(op.index(), i / width, op.dtable().shape().dim(0), cells);
            if (row >= 0) {
                cells.add(op.dtable(), row * width + i % width, cells.numbers(op.dy()).get(i));
            }
        }
    }

    private static void argMax(ArgMax op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        LongBuffer y = cells.integers(op.y());
        int k = op.x().shape().last();
        for (int r = 0; r < op.y().size(); r++) {
            int best = 0;
            for (int i = 1; i < k; i++) {
                best = x.get(r * k + i) > x.get(r * k + best) ? i : best;
            }
            y.put(r, best);
        }
    }

    private static void equal(Equal op, Cells cells) {
        boolean number = op.a().dtype() == DType.FLOAT32;
        DoubleBuffer y = cells.numbers(op.y());
        for (int i = 0; i < op.y().size(); i++) {
            boolean equal =
                    number
                            ? cells.numbers(op.a()).get(i) == cells.numbers(op.b()).get(i)
                            : cells.integers(op.a()).get(i) == cells.integers(op.b()).get(i);
            y.put(i, equal ? 1 : 0);
        }
    }

    private static void cast(Cast op, Cells cells) {
        DoubleBuffer y = cells.numbers(op.y());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, (float) cells.integers(op.x()).get(i));
        }
    }

    private static void accumulate(Accumulate op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        double sum = 0;
        for (int i = 0; i < op.x().size(); i++) {
            sum += x.get(i);
        }
        cells.add(op.total(), 0, op.scale() * sum);
    }

    private static void guard(Guard op, Cells cells) {
        boolean finite = true;
        for (Value v : op.watched()) {
            for (int i = 0; i < v.size(); i++) {
                finite &= Double.isFinite(cells.numbers(v).get(i));
            }
        }
        if (cells.integer(op.health()) < 0 && !finite) {
            cells.integers(op.health()).put(0, cells.integer(op.iteration()));
        }
    }
}
