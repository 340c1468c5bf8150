package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.AlphaDropout;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.GaussianDropout;
import dev.thaw.op.GaussianNoise;
import dev.thaw.op.Increment;
import dev.thaw.op.Philox;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;

/** Ops with random numbers, all from {@link Philox} and so the same on every backend. */
final class RandomKernels {
    private RandomKernels() {}

    static void register(KernelTable table) {
        table.add(Dropout.class, RandomKernels::dropout);
        table.add(AlphaDropout.class, RandomKernels::alphaDropout);
        table.add(GaussianDropout.class, RandomKernels::gaussianDropout);
        table.add(GaussianNoise.class, RandomKernels::gaussianNoise);
        table.add(Increment.class, RandomKernels::increment);
    }

    private static Prepared dropout(Dropout op) {
        MaskedKernel.Rule rule =
                new MaskedKernel.Rule(op.draw(), op.noise(), op.rate(), (float) op.scale(), 0, 0);
        return (buffers, workspace) -> MaskedKernel.of(rule, op.x(), op.step(), op.y(), buffers);
    }

    private static Prepared alphaDropout(AlphaDropout op) {
        MaskedKernel.Rule rule =
                new MaskedKernel.Rule(
                        op.draw(),
                        op.noise(),
                        op.rate(),
                        (float) op.a(),
                        (float) op.b(),
                        (float) (op.a() * op.dropped() + op.b()));
        return (buffers, workspace) -> MaskedKernel.of(rule, op.x(), op.step(), op.y(), buffers);
    }

    private static Prepared gaussianDropout(GaussianDropout op) {
        double stddev = op.stddev();
        Noise noise =
                (x, z, n) -> {
                    for (int i = 0; i < n; i++) {
                        x[i] = (float) (x[i] * (1 + stddev * z[i]));
                    }
                };
        return (buffers, workspace) ->
                new Gaussian(op.draw(), noise, op.x(), op.step(), op.y(), buffers);
    }

    private static Prepared gaussianNoise(GaussianNoise op) {
        double stddev = op.stddev();
        Noise noise =
                (x, z, n) -> {
                    for (int i = 0; i < n; i++) {
                        x[i] = (float) (x[i] + stddev * z[i]);
                    }
                };
        return (buffers, workspace) ->
                new Gaussian(op.draw(), noise, op.x(), op.step(), op.y(), buffers);
    }

    private static Prepared increment(Increment op) {
        return (buffers, workspace) -> {
            LongBuffer counter = Tiles.longs(op.counter(), buffers);
            return () -> counter.put(0, counter.get(0) + 1);
        };
    }

    /** Changes the first n elements of x by as many normal numbers z. */
    @FunctionalInterface
    private interface Noise {
        void apply(float[] x, double[] z, int n);
    }

    /** A normal number per element. */
    private static final class Gaussian implements Kernel {
        /** Elements for which a second thread pays: each takes tens of nanoseconds. */
        private static final int GRAIN = 1024;

        private final Draw draw;
        private final Noise noise;
        private final FloatBuffer x;
        private final FloatBuffer y;
        private final LongBuffer stepCounter;
        private final int size;
        private final PhiloxTile[] lanes = PhiloxTile.perSlot();
        private final float[][] tiles = new float[Workers.SLOTS][PhiloxTile.SIZE];
        private final double[][] normals = new double[Workers.SLOTS][PhiloxTile.SIZE];
        private final Workers.Part part = this::part;
        private long step;

        Gaussian(
                Draw draw,
                Noise noise,
                Value x,
                Value step,
                Value y,
                Function<Value, Buffer> buffers) {
            this.draw = draw;
            this.noise = noise;
            this.x = Tiles.floats(x, buffers);
            this.y = Tiles.floats(y, buffers);
            stepCounter = Tiles.longs(step, buffers);
            size = Math.toIntExact(x.size());
        }

        @Override
        public void launch() {
            step = stepCounter.get(0);
            Workers.run(size, GRAIN, PhiloxTile.SIZE, part);
        }

        private void part(int slot, int from, int to) {
            float[] tile = tiles[slot];
            double[] z = normals[slot];
            for (int at = from; at < to; at += PhiloxTile.SIZE) {
                int n = Math.min(PhiloxTile.SIZE, to - at);
                int blocks = (n + 3) / 4;
                lanes[slot].draw(draw.seed(), draw.call(), step, at / 4, blocks);
                normals(lanes[slot].words, blocks, z);
                x.get(at, tile, 0, n);
                noise.apply(tile, z, n);
                y.put(at, tile, 0, n);
            }
        }

        private static void normals(long[][] words, int blocks, double[] z) {
            for (int i = 0; i < blocks; i++) {
                Philox.normals((int) words[0][i], (int) words[1][i], z, 4 * i);
                Philox.normals((int) words[2][i], (int) words[3][i], z, 4 * i + 2);
            }
        }
    }
}
