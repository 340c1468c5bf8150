package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Gather;
import dev.thaw.op.GatherGrad;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** Rows of a table by number, and the sums that are their gradient, in Java. */
final class GatherKernels {
    /** Elements for which a thread pays. */
    private static final int GRAIN = 65_536;

    private GatherKernels() {}

    static void register(KernelTable table) {
        table.add(Gather.class, GatherKernels::gather);
        table.add(GatherGrad.class, GatherKernels::gatherGrad);
    }

    /** Which row the r-th index means; -1 for none. */
    @FunctionalInterface
    private interface Rows {
        int at(int r);
    }

    private static Rows rows(Value index, int count, Pipeline.Memory m) {
        CpuBuffer b = m.of(index);
        return switch (index.dtype()) {
            case FLOAT32 -> {
                FloatBuffer x = b.floats();
                yield r -> Gather.row(x.get(r), count);
            }
            case INT32 -> {
                IntBuffer x = b.ints();
                yield r -> Gather.row(x.get(r), count);
            }
            case INT64 -> {
                LongBuffer x = b.longs();
                yield r -> Gather.row(x.get(r), count);
            }
        };
    }

    private static Prepared gather(Gather op) {
        int width = op.table().shape().dim(1);
        int n = Math.toIntExact(op.index().size());
        return new Pipeline()
                .then(
                        m -> {
                            Rows rows = rows(op.index(), op.table().shape().dim(0), m);
                            FloatBuffer table = m.of(op.table()).floats();
                            FloatBuffer y = m.of(op.y()).floats();
                            return () ->
                                    Workers.run(
                                            n,
                                            Math.max(1, GRAIN / Math.max(1, width)),
                                            1,
                                            (slot, from, to) ->
                                                    copy(rows, table, y, width, from, to));
                        });
    }

    private static void copy(
            Rows rows, FloatBuffer table, FloatBuffer y, int width, int from, int to) {
        float[] line = new float[width];
        for (int r = from; r < to; r++) {
            int row = rows.at(r);
            if (row < 0) {
                Arrays.fill(line, Float.NaN);
            } else {
                table.get(row * width, line);
            }
            y.put(r * width, line);
        }
    }

    /** Each thread has some rows of the table and looks through all indices. */
    private static Prepared gatherGrad(GatherGrad op) {
        int count = op.dtable().shape().dim(0);
        int width = op.dtable().shape().dim(1);
        int n = Math.toIntExact(op.index().size());
        return new Pipeline()
                .then(
                        m -> {
                            Rows rows = rows(op.index(), count, m);
                            FloatBuffer dy = m.of(op.dy()).floats();
                            FloatBuffer dtable = m.of(op.dtable()).floats();
                            return (Kernel)
                                    () ->
                                            Workers.run(
                                                    count,
                                                    Math.max(1, GRAIN / Math.max(1, width)),
                                                    1,
                                                    (slot, from, to) ->
                                                            add(
                                                                    rows, n, dy, dtable, width,
                                                                    from, to));
                        });
    }

    private static void add(
            Rows rows, int n, FloatBuffer dy, FloatBuffer dtable, int width, int from, int to) {
        float[] sum = new float[width];
        for (int row = from; row < to; row++) {
            dtable.put(row * width, sum);
        }
        float[] line = new float[width];
        for (int r = 0; r < n; r++) {
            int row = rows.at(r);
            if (row < from || row >= to) {
                continue;
            }
            dtable.get(row * width, sum);
            dy.get(r * width, line);
            for (int c = 0; c < width; c++) {
                sum[c] += line[c];
            }
            dtable.put(row * width, sum);
        }
    }
}
