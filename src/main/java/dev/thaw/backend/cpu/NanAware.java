package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A maximum that oneDNN computes, whose comparisons leave NaN out: operands with NaN or infinity in
 * them go to loops of ours, in which NaN wins as on a GPU.
 */
final class NanAware implements Prepared {
    private static final int GRAIN = 64 * 1024;

    private final Value x;
    private final Prepared fast;
    private final Supplier<Prepared> careful;

    /**
     * @param x what is looked through
     * @param careful made when it is first needed
     */
    NanAware(Value x, Prepared fast, Supplier<Prepared> careful) {
        this.x = x;
        this.fast = fast;
        this.careful = careful;
    }

    @Override
    public long workspaceBytes() {
        return fast.workspaceBytes();
    }

    @Override
    public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
        return new Choice(
                new Scan(Tiles.floats(x, buffers), Math.toIntExact(x.size())),
                fast.bind(buffers, workspace),
                () -> careful.get().bind(buffers, workspace));
    }

    @Override
    public void close() {
        fast.close();
    }

    /** Which of the two runs is seen at each launch. */
    private static final class Choice implements Kernel {
        private final Scan scan;
        private final Kernel fast;
        private final Supplier<Kernel> maker;
        private Kernel careful;

        Choice(Scan scan, Kernel fast, Supplier<Kernel> maker) {
            this.scan = scan;
            this.fast = fast;
            this.maker = maker;
        }

        @Override
        public void launch() {
            if (scan.isFinite()) {
                fast.launch();
                return;
            }
            if (careful == null) {
                careful = maker.get();
            }
            careful.launch();
        }

        @Override
        public void close() {
            fast.close();
        }
    }

    /**
     * Adds up x - x, which is 0, or NaN where x is NaN or infinite; loops of this form are fast.
     */
    private static final class Scan {
        private final FloatBuffer x;
        private final int size;
        private final float[][] tiles = Tiles.perSlot();
        private final float[][] sums = Tiles.perSlot();
        private final boolean[] finite = new boolean[Workers.SLOTS];
        private final Workers.Part part = this::part;

        Scan(FloatBuffer x, int size) {
            this.x = x;
            this.size = size;
        }

        boolean isFinite() {
            Arrays.fill(finite, true);
            Workers.run(size, GRAIN, Tiles.SIZE, part);
            boolean all = true;
            for (boolean f : finite) {
                all &= f;
            }
            return all;
        }

        private void part(int slot, int from, int to) {
            float[] sum = sums[slot];
            for (int at = from; at < to; at += Tiles.SIZE) {
                int n = Math.min(Tiles.SIZE, to - at);
                x.get(at, tiles[slot], 0, n);
                add(tiles[slot], sum, n);
            }
            for (int i = 0; i < sum.length; i++) {
                finite[slot] &= sum[i] == 0;
                sum[i] = 0;
            }
        }

        private static void add(float[] x, float[] sum, int n) {
            for (int i = 0; i < n; i++) {
                sum[i] += x[i] - x[i];
            }
        }
    }
}
