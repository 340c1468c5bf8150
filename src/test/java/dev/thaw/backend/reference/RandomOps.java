package dev.thaw.backend.reference;

import dev.thaw.op.AlphaDropout;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.GaussianDropout;
import dev.thaw.op.GaussianNoise;
import dev.thaw.op.Philox;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.nio.DoubleBuffer;

final class RandomOps {
    private RandomOps() {}

    static void register(Table table) {
        table.add(Dropout.class, RandomOps::dropout);
        table.add(AlphaDropout.class, RandomOps::alphaDropout);
        table.add(GaussianDropout.class, RandomOps::gaussianDropout);
        table.add(GaussianNoise.class, RandomOps::gaussianNoise);
        table.add(Uniform.class, RandomOps::uniform);
    }

    /** The four words that elements 4 (i / 4) .. 4 (i / 4) + 3 share. */
    private static int[] block(Draw draw, long step, int element) {
        int[] words = new int[4];
        Philox.block(draw.seed(), step, draw.call(), element / 4, words, 0);
        return words;
    }

    private static boolean kept(Draw draw, long step, int element, double rate) {
        return block(draw, step, element)[element % 4] >>> 8 >= Philox.threshold(rate);
    }

    private static double normal(Draw draw, long step, int element) {
        int[] words = block(draw, step, element);
        int pair = element % 4 / 2 * 2;
        return Philox.normal(words[pair], words[pair + 1], element % 2 == 1);
    }

    /** What a masked op makes of an element. */
    private interface Masked {
        double apply(double x, boolean kept);
    }

    private static void masked(
            Value x, Value y, Draw draw, long step, Shape noise, double rate, Masked f, Cells c) {
        DoubleBuffer from = c.numbers(x);
        DoubleBuffer to = c.numbers(y);
        int[] extents = x.shape().toArray();
        Index.forEach(
                extents,
                at -> {
                    int i = Index.flat(extents, at);
                    boolean kept = kept(draw, step, Index.broadcast(noise, at), rate);
                    to.put(i, f.apply(from.get(i), kept));
                });
    }

    private static void dropout(Dropout op, Cells cells) {
        masked(
                op.x(),
                op.y(),
                op.draw(),
                cells.integer(op.step()),
                op.noise(),
                op.rate(),
                (x, kept) -> kept ? x * op.scale() : 0,
                cells);
    }

    private static void alphaDropout(AlphaDropout op, Cells cells) {
        masked(
                op.x(),
                op.y(),
                op.draw(),
                cells.integer(op.step()),
                op.noise(),
                op.rate(),
                (x, kept) -> op.a() * (kept ? x : op.dropped()) + op.b(),
                cells);
    }

    private static void gaussianDropout(GaussianDropout op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        long step = cells.integer(op.step());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, x.get(i) * (1 + op.stddev() * normal(op.draw(), step, i)));
        }
    }

    private static void uniform(Uniform op, Cells cells) {
        DoubleBuffer y = cells.numbers(op.y());
        long step = cells.integer(op.step());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, Philox.uniform(block(op.draw(), step, i)[i % 4]));
        }
    }

    private static void gaussianNoise(GaussianNoise op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        long step = cells.integer(op.step());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, x.get(i) + op.stddev() * normal(op.draw(), step, i));
        }
    }
}
