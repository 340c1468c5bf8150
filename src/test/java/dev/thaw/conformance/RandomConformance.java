package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.op.AlphaDropout;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.GaussianDropout;
import dev.thaw.op.GaussianNoise;
import dev.thaw.op.Increment;
import dev.thaw.op.Philox;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

abstract class RandomConformance extends Conformance {
    /** Words of all 64 bits of seed and step. */
    static final Draw DRAW = new Draw(0x123456789ABCDEF0L, 3);

    static final long STEP = (5L << 32) + 7;

    private record Mask(Shape x, Shape noise) {}

    private static final List<Mask> MASKS =
            List.of(
                    new Mask(Shape.of(1), Shape.of(1)),
                    new Mask(Shape.of(3, 7), Shape.of(3, 7)),
                    new Mask(Shape.of(5, 17), Shape.of(5, 1)),
                    new Mask(Shape.of(5, 17), Shape.of(1, 17)),
                    new Mask(Shape.of(5, 17), Shape.of(1, 1)),
                    new Mask(Shape.of(3, 5, 7), Shape.of(3, 1, 7)),
                    new Mask(Shape.of(2, 5, 7, 3), Shape.of(2, 1, 1, 3)),
                    new Mask(Shape.of(2, 3, 5, 7, 3), Shape.of(2, 3, 1, 7, 1)),
                    new Mask(ElementwiseConformance.LARGE, ElementwiseConformance.LARGE),
                    new Mask(Shape.of(3, 129, 181), Shape.of(3, 1, 181)));

    static void dropout(Draft d, Shape s, Shape noise, double rate) {
        Value x = d.normal("x", s);
        Value step = d.counter("step", STEP);
        Value y = d.temp("y", s);
        double scale = rate < 1 ? 1 / (1 - rate) : 1;
        d.emit(new Dropout(x, step, y, DRAW, noise, rate, scale));
        d.fetchWithGradients(y, Tolerance.ARITHMETIC, Tolerance.ARITHMETIC, x);
    }

    static void alphaDropout(Draft d, Shape s, Shape noise, double rate) {
        Value x = d.normal("x", s);
        Value step = d.counter("step", STEP);
        Value y = d.temp("y", s);
        d.emit(new AlphaDropout(x, step, y, DRAW, noise, rate, -1.7580993, 0.88, 0.15));
        // sums of a few numbers of at most the size of an input
        Tolerance t = new Tolerance("alpha dropout", 8, 1);
        d.fetchWithGradients(y, t, Tolerance.ARITHMETIC, x);
    }

    static void gaussianDropout(Draft d, Shape s, double stddev) {
        Value x = d.uniform("x", s, -2, 2);
        Value step = d.counter("step", STEP);
        Value y = d.temp("y", s);
        d.emit(new GaussianDropout(x, step, y, DRAW, stddev));
        Tolerance t = Tolerance.normal(2 * stddev + 2);
        d.fetchWithGradients(y, t, t, x);
    }

    static void gaussianNoise(Draft d, Shape s, double stddev) {
        Value x = d.uniform("x", s, -2, 2);
        Value step = d.counter("step", STEP);
        Value y = d.temp("y", s);
        d.emit(new GaussianNoise(x, step, y, DRAW, stddev));
        d.fetchWithGradients(y, Tolerance.normal(stddev + 2), Tolerance.EXACT, x);
    }

    /** A step counted on the device between two draws gives another mask. */
    private static void twoSteps(Draft d) {
        Value x = d.normal("x", Shape.of(1003));
        Value step = d.counter("step", (1L << 32) - 1);
        Value first = d.temp("first", x.shape());
        Value second = d.temp("second", x.shape());
        d.emit(new Dropout(x, step, first, DRAW, x.shape(), 0.5, 2));
        d.emit(new Increment(step));
        d.emit(new Dropout(x, step, second, DRAW, x.shape(), 0.5, 2));
        d.fetch(first, Tolerance.ARITHMETIC);
        d.fetch(second, Tolerance.ARITHMETIC);
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Mask m : MASKS) {
            for (double rate : new double[] {0, 0.1, 0.5, 0.9, 1}) {
                String where = " " + m.x + " noise " + m.noise + " rate " + rate;
                all.add(new OpCase("Dropout" + where, d -> dropout(d, m.x, m.noise, rate)));
                if (rate < 1) {
                    all.add(
                            new OpCase(
                                    "AlphaDropout" + where,
                                    d -> alphaDropout(d, m.x, m.noise, rate)));
                }
            }
            for (double stddev : new double[] {0, 0.3, 1}) {
                String where = " " + m.x + " stddev " + stddev;
                if (m.x.equals(m.noise)) {
                    all.add(
                            new OpCase(
                                    "GaussianDropout" + where,
                                    d -> gaussianDropout(d, m.x, stddev)));
                    all.add(
                            new OpCase(
                                    "GaussianNoise" + where, d -> gaussianNoise(d, m.x, stddev)));
                }
            }
        }
        all.add(new OpCase("Dropout in two steps", RandomConformance::twoSteps));
        return all.stream();
    }

    /** Bit for bit, and straight from the generator, without the reference between. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 1001, 65_537, 1_000_003})
    void masksAreThoseOfPhilox(int n) {
        Draft d = new Draft(n);
        Value x = d.input("x", Tensor.full(Shape.of(n), 1));
        Value step = d.counter("step", STEP);
        Value y = d.temp("y", x.shape());
        double rate = 0.3;
        d.emit(new Dropout(x, step, y, DRAW, x.shape(), rate, 1));
        float[] mask = new float[n];
        int[] words = new int[4];
        for (int i = 0; i < n; i++) {
            if (i % 4 == 0) {
                Philox.block(DRAW.seed(), STEP, DRAW.call(), i / 4, words, 0);
            }
            mask[i] = words[i % 4] >>> 8 >= Philox.threshold(rate) ? 1 : 0;
        }
        try (Runner runner = Runner.of(backend(), d.program())) {
            d.content().forEach(runner::feed);
            runner.launch();
            assertThat(runner.fetch(y).floats()).isEqualTo(mask);
        }
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
