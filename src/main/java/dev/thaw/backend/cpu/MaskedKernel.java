package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Draw;
import dev.thaw.op.Philox;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;

/**
 * Where the mask keeps an element y = scale x + shift, elsewhere a constant. The choice is made on
 * bits: a jump that nobody can predict would take longer than all the rest.
 */
abstract class MaskedKernel implements Kernel {
    /** Elements for which a second thread pays. */
    private static final int GRAIN = 16 * 1024;

    /**
     * What happens to the elements.
     *
     * @param noise the mask's shape
     * @param rate probability of dropping
     * @param scale factor of what is kept
     * @param shift summand of what is kept
     * @param dropped what becomes of the others
     */
    record Rule(Draw draw, Shape noise, double rate, float scale, float shift, float dropped) {}

    private final LongBuffer stepCounter;
    private final long threshold;
    private final PhiloxTile[] lanes = PhiloxTile.perSlot();

    final Rule rule;
    final FloatBuffer x;
    final FloatBuffer y;

    /** The step that is being run. */
    private long step;

    private MaskedKernel(Rule rule, Value x, Value step, Value y, Function<Value, Buffer> buffers) {
        this.rule = rule;
        this.x = Tiles.floats(x, buffers);
        this.y = Tiles.floats(y, buffers);
        stepCounter = Tiles.longs(step, buffers);
        // (word >>> 8) >= t is word >= t << 8
        threshold = (long) Philox.threshold(rule.rate) << 8;
    }

    static MaskedKernel of(
            Rule rule, Value x, Value step, Value y, Function<Value, Buffer> buffers) {
        return rule.noise.size() == x.size()
                ? new Full(rule, x, step, y, buffers)
                : new Shared(rule, x, step, y, buffers);
    }

    @Override
    public void launch() {
        step = stepCounter.get(0);
        run();
    }

    abstract void run();

    /** The masks of up to a tile of elements: all bits set where kept. */
    final long[][] masks(int slot, int from, int n) {
        PhiloxTile tile = lanes[slot];
        int blocks = (n + 3) / 4;
        tile.draw(rule.draw.seed(), rule.draw.call(), step, from / 4, blocks);
        for (long[] word : tile.words) {
            compare(word, blocks, threshold - 1);
        }
        return tile.words;
    }

    private static void compare(long[] word, int n, long last) {
        for (int i = 0; i < n; i++) {
            word[i] = (last - word[i]) >> 63;
        }
    }

    private static float choose(float kept, int dropped, int mask) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(kept) & mask | dropped & ~mask);
    }

    /** A mask of its own for each element. */
    private static final class Full extends MaskedKernel {
        private final int size;
        private final float[][] tiles = new float[Workers.SLOTS][PhiloxTile.SIZE];
        private final Workers.Part part = this::part;

        Full(Rule rule, Value x, Value step, Value y, Function<Value, Buffer> buffers) {
            super(rule, x, step, y, buffers);
            size = Math.toIntExact(x.size());
        }

        @Override
        void run() {
            Workers.run(size, GRAIN, PhiloxTile.SIZE, part);
        }

        private void part(int slot, int from, int to) {
            float[] tile = tiles[slot];
            int dropped = Float.floatToRawIntBits(rule.dropped);
            for (int at = from; at < to; at += PhiloxTile.SIZE) {
                int n = Math.min(PhiloxTile.SIZE, to - at);
                x.get(at, tile, 0, n);
                long[][] masks = masks(slot, at, n);
                affine(tile, n, rule.scale, rule.shift);
                apply(tile, masks[0], masks[1], masks[2], masks[3], (n + 3) / 4, dropped);
                y.put(at, tile, 0, n);
            }
        }

        private static void affine(float[] tile, int n, float scale, float shift) {
            for (int i = 0; i < n; i++) {
                tile[i] = scale * tile[i] + shift;
            }
        }

        private static void apply(
                float[] tile, long[] m0, long[] m1, long[] m2, long[] m3, int n, int dropped) {
            for (int i = 0; i < n; i++) {
                tile[4 * i] = choose(tile[4 * i], dropped, (int) m0[i]);
                tile[4 * i + 1] = choose(tile[4 * i + 1], dropped, (int) m1[i]);
                tile[4 * i + 2] = choose(tile[4 * i + 2], dropped, (int) m2[i]);
                tile[4 * i + 3] = choose(tile[4 * i + 3], dropped, (int) m3[i]);
            }
        }
    }

    /** A mask that elements share along some axes: drawn first, then spread. */
    private static final class Shared extends MaskedKernel {
        private final Sweep sweep;
        private final Sweep.Operand spread;
        private final Sweep.Staged elements;
        private final int[] mask;
        private final float[][] results = Tiles.perSlot();
        private final Workers.Part drawPart = this::draw;
        private final Workers.Part applyPart = this::apply;

        Shared(Rule rule, Value x, Value step, Value y, Function<Value, Buffer> buffers) {
            super(rule, x, step, y, buffers);
            sweep = new Sweep(x.shape(), x.shape(), rule.noise);
            elements = sweep.operand(0).staged(this.x);
            spread = sweep.operand(1);
            mask = new int[Math.toIntExact(rule.noise.size())];
        }

        @Override
        void run() {
            Workers.run(mask.length, GRAIN, PhiloxTile.SIZE, drawPart);
            sweep.run(Tiles.GRAIN / 4, applyPart);
        }

        private void draw(int slot, int from, int to) {
            for (int at = from; at < to; at += PhiloxTile.SIZE) {
                int n = Math.min(PhiloxTile.SIZE, to - at);
                long[][] masks = masks(slot, at, n);
                for (int i = 0; i < n; i++) {
                    mask[at + i] = (int) masks[i & 3][i >> 2];
                }
            }
        }

        private void apply(int slot, int from, int to) {
            elements.begin(slot);
            float[] result = results[slot];
            int dropped = Float.floatToRawIntBits(rule.dropped);
            for (int block = from; block < to; block++) {
                int n = sweep.length(block);
                float[] tile = elements.block(slot, block, n);
                int base = spread.base(block);
                for (int i = 0; i < n; i++) {
                    result[i] =
                            choose(
                                    rule.scale * tile[i] + rule.shift,
                                    dropped,
                                    mask[base + spread.offsets[i]]);
                }
                y.put(sweep.at(block), result, 0, n);
            }
        }
    }
}
