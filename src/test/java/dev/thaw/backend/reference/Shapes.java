package dev.thaw.backend.reference;

import dev.thaw.op.Broadcast;
import dev.thaw.op.Concat;
import dev.thaw.op.Pad;
import dev.thaw.op.Reduce;
import dev.thaw.op.ReduceMaxGrad;
import dev.thaw.op.Resample;
import dev.thaw.op.Reshape;
import dev.thaw.op.Slice;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/** Ops that move elements move raw cells, so that they serve every type. */
final class Shapes {
    private Shapes() {}

    static void register(Table table) {
        table.add(Broadcast.class, Shapes::broadcast);
        table.add(Reduce.class, Shapes::reduce);
        table.add(ReduceMaxGrad.class, Shapes::reduceMaxGrad);
        table.add(Reshape.class, (op, cells) -> copy(op.x(), op.y(), cells));
        table.add(StopGradient.class, (op, cells) -> copy(op.x(), op.y(), cells));
        table.add(Transpose.class, Shapes::transpose);
        table.add(Resample.class, Shapes::resample);
        table.add(Pad.class, Shapes::pad);
        table.add(Slice.class, Shapes::slice);
        table.add(Concat.class, Shapes::concat);
    }

    private static void broadcast(Broadcast op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        int[] extents = op.y().shape().toArray();
        Index.forEach(
                extents,
                at ->
                        y.put(
                                Index.flat(extents, at),
                                op.scale() * x.get(Index.broadcast(op.x().shape(), at))));
    }

    private static void reduce(Reduce op, Cells cells) {
        boolean max = op.function() == Reduce.Function.MAX;
        cells.fill(op.y(), max ? Double.NEGATIVE_INFINITY : 0);
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        double weight = op.function() == Reduce.Function.MEAN ? op.count() : 1;
        int[] extents = op.x().shape().toArray();
        Index.forEach(
                extents,
                at -> {
                    double term = x.get(Index.flat(extents, at));
                    int to = Index.broadcast(op.y().shape(), at);
                    y.put(to, max ? Math.max(y.get(to), term) : y.get(to) + term);
                });
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, y.get(i) / weight);
        }
    }

    private static void reduceMaxGrad(ReduceMaxGrad op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        DoubleBuffer dy = cells.numbers(op.dy());
        DoubleBuffer dx = cells.numbers(op.dx());
        int[] winners = new int[(int) op.y().size()];
        int[] extents = op.x().shape().toArray();
        Index.forEach(
                extents,
                at -> {
                    int group = Index.broadcast(op.y().shape(), at);
                    winners[group] += x.get(Index.flat(extents, at)) == y.get(group) ? 1 : 0;
                });
        Index.forEach(
                extents,
                at -> {
                    int i = Index.flat(extents, at);
                    int group = Index.broadcast(op.y().shape(), at);
                    dx.put(i, x.get(i) == y.get(group) ? dy.get(group) / winners[group] : 0);
                });
    }

    private static void copy(Value from, Value to, Cells cells) {
        LongBuffer x = cells.integers(from);
        LongBuffer y = cells.integers(to);
        for (int i = 0; i < to.size(); i++) {
            y.put(i, x.get(i));
        }
    }

    private static void transpose(Transpose op, Cells cells) {
        LongBuffer x = cells.integers(op.x());
        LongBuffer y = cells.integers(op.y());
        int[] from = op.x().shape().toArray();
        int[] to = op.y().shape().toArray();
        int[] source = new int[from.length];
        Index.forEach(
                to,
                at -> {
                    for (int i = 0; i < at.length; i++) {
                        source[op.order().get(i)] = at[i];
                    }
                    y.put(Index.flat(to, at), x.get(Index.flat(from, source)));
                });
    }

    private static void resample(Resample op, Cells cells) {
        cells.fill(op.y(), 0);
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer weights = cells.numbers(op.weights());
        LongBuffer starts = cells.integers(op.starts());
        LongBuffer columns = cells.integers(op.columns());
        int[] from = op.x().shape().toArray();
        int[] to = op.y().shape().toArray();
        Index.forEach(
                to,
                at -> {
                    int[] source = at.clone();
                    int row = at[op.axis()];
                    for (long t = starts.get(row); t < starts.get(row + 1); t++) {
                        source[op.axis()] = (int) columns.get((int) t);
                        cells.add(
                                op.y(),
                                Index.flat(to, at),
                                weights.get((int) t) * x.get(Index.flat(from, source)));
                    }
                });
    }

    private static void pad(Pad op, Cells cells) {
        cells.fill(op.y(), 0);
        paste(cells, op.x(), op.y(), op.begin());
    }

    /** Copies all of x to where {@code begin} points in y. */
    private static void paste(Cells cells, Value x, Value y, List<Integer> begin) {
        LongBuffer source = cells.integers(x);
        LongBuffer target = cells.integers(y);
        int[] small = x.shape().toArray();
        int[] large = y.shape().toArray();
        Index.forEach(
                small,
                at ->
                        target.put(
                                Index.flat(large, shifted(at, begin)),
                                source.get(Index.flat(small, at))));
    }

    private static void slice(Slice op, Cells cells) {
        LongBuffer x = cells.integers(op.x());
        LongBuffer y = cells.integers(op.y());
        int[] large = op.x().shape().toArray();
        int[] small = op.y().shape().toArray();
        Index.forEach(
                small,
                at ->
                        y.put(
                                Index.flat(small, at),
                                x.get(Index.flat(large, shifted(at, op.begin())))));
    }

    private static int[] shifted(int[] index, List<Integer> begin) {
        int[] moved = index.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += begin.get(i);
        }
        return moved;
    }

    private static void concat(Concat op, Cells cells) {
        Integer[] begin = new Integer[op.y().shape().rank()];
        Arrays.fill(begin, 0);
        for (Value x : op.xs()) {
            paste(cells, x, op.y(), List.of(begin));
            begin[op.axis()] += x.shape().dim(op.axis());
        }
    }
}
