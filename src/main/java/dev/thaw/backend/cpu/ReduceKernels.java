package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Reduce;
import dev.thaw.op.ReduceMaxGrad;

import java.nio.FloatBuffer;

/** Sums, means and maxima over axes. */
final class ReduceKernels {
    private ReduceKernels() {}

    static void register(KernelTable table) {
        table.add(Reduce.class, ReduceKernels::reduce);
        table.add(ReduceMaxGrad.class, ReduceKernels::maxGrad);
    }

    private static Prepared reduce(Reduce op) {
        ReductionShape shape = new ReductionShape(op.x().shape(), op.y().shape());
        Fold fold = op.function() == Reduce.Function.MAX ? Fold.MAX : Fold.SUM;
        double factor = op.function() == Reduce.Function.MEAN ? 1.0 / op.count() : 1;
        return (buffers, workspace) -> {
            FloatBuffer x = Tiles.floats(op.x(), buffers);
            FloatBuffer y = Tiles.floats(op.y(), buffers);
            return shape.isShort()
                    ? new ShortRows(shape, fold, factor, x, y)
                    : new Reduction(shape, fold, factor, x, y);
        };
    }

    private static Prepared maxGrad(ReduceMaxGrad op) {
        Sweep sweep = new Sweep(op.x().shape(), op.x().shape(), op.y().shape());
        return (buffers, workspace) ->
                new MaxGrad(
                        sweep,
                        Tiles.floats(op.x(), buffers),
                        Tiles.floats(op.y(), buffers),
                        Tiles.floats(op.dy(), buffers),
                        Tiles.floats(op.dx(), buffers),
                        Math.toIntExact(op.y().size()));
    }

    /** Two passes: count each group's winners, then share the gradient among them. */
    private static final class MaxGrad implements Kernel {
        private final Sweep sweep;
        private final Sweep.Operand group;
        private final Sweep.Staged x;
        private final Sweep.Staged y;
        private final FloatBuffer dy;
        private final FloatBuffer dx;
        private final int[][] winners;
        private final float[] share;
        private final float[][] results = Tiles.perSlot();
        private final Workers.Part count = this::count;
        private final Workers.Part divide = this::divide;
        private final Workers.Part spread = this::spread;

        MaxGrad(
                Sweep sweep,
                FloatBuffer x,
                FloatBuffer y,
                FloatBuffer dy,
                FloatBuffer dx,
                int groups) {
            this.sweep = sweep;
            this.group = sweep.operand(1);
            this.x = sweep.operand(0).staged(x);
            this.y = group.staged(y);
            this.dy = dy;
            this.dx = dx;
            winners = new int[Workers.SLOTS][groups];
            share = new float[groups];
        }

        @Override
        public void launch() {
            sweep.run(Tiles.GRAIN / 4, count);
            Workers.run(share.length, Tiles.GRAIN, 1, divide);
            sweep.run(Tiles.GRAIN / 4, spread);
        }

        private void count(int slot, int from, int to) {
            x.begin(slot);
            y.begin(slot);
            int[] won = winners[slot];
            for (int block = from; block < to; block++) {
                int n = sweep.length(block);
                int base = group.base(block);
                float[] elements = x.block(slot, block, n);
                float[] maxima = y.block(slot, block, n);
                for (int i = 0; i < n; i++) {
                    if (elements[i] == maxima[i]) {
                        won[base + group.offsets[i]]++;
                    }
                }
            }
        }

        private void divide(int slot, int from, int to) {
            for (int g = from; g < to; g++) {
                int won = 0;
                for (int[] part : winners) {
                    won += part[g];
                    part[g] = 0;
                }
                share[g] = dy.get(g) / won;
            }
        }

        private void spread(int slot, int from, int to) {
            x.begin(slot);
            y.begin(slot);
            float[] result = results[slot];
            for (int block = from; block < to; block++) {
                int n = sweep.length(block);
                int base = group.base(block);
                float[] elements = x.block(slot, block, n);
                float[] maxima = y.block(slot, block, n);
                for (int i = 0; i < n; i++) {
                    result[i] = elements[i] == maxima[i] ? share[base + group.offsets[i]] : 0;
                }
                dx.put(sweep.at(block), result, 0, n);
            }
        }
    }
}
