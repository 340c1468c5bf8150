package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

abstract class NormalizationConformance extends Conformance {
    static final double EPSILON = 1e-3;

    /** Largest gamma and upstream that the cases draw. */
    private static final double LARGEST_GAMMA = 2;

    /** Which weights there are, and which gradients are wanted. */
    enum Weights {
        BOTH,
        GAMMA,
        BETA,
        NEITHER,
        ONLY_X_WANTED,
        ONLY_WEIGHTS_WANTED;

        boolean gamma() {
            return this != BETA && this != NEITHER;
        }

        boolean beta() {
            return this != GAMMA && this != NEITHER;
        }
    }

    private record Batch(Shape shape, int axis) {}

    private static final List<Batch> BATCHES =
            List.of(
                    new Batch(Shape.of(1, 1), 1),
                    new Batch(Shape.of(1, 7), 1),
                    new Batch(Shape.of(17, 1), 1),
                    new Batch(Shape.of(7, 3), 1),
                    new Batch(Shape.of(7, 3), 0),
                    new Batch(Shape.of(3, 5, 17), 2),
                    new Batch(Shape.of(3, 5, 17), 1),
                    new Batch(Shape.of(1, 5, 7, 3), 3),
                    new Batch(Shape.of(3, 5, 7, 3), 1),
                    new Batch(Shape.of(3, 5, 7, 3), 2),
                    new Batch(Shape.of(2, 3, 4, 5, 7), 4),
                    new Batch(Shape.of(2, 3, 4, 5, 7), 1),
                    new Batch(Shape.of(4, 33, 35, 17), 3),
                    new Batch(Shape.of(4, 17, 33, 35), 1),
                    new Batch(Shape.of(2, 40_009), 1),
                    new Batch(Shape.of(70_001, 1), 1));

    private record Parts(Value x, Value gamma, Value beta, Value[] wrt) {}

    private static Parts parts(Draft d, Value x, int channels, Weights weights) {
        Shape c = Shape.of(channels);
        Value gamma = weights.gamma() ? d.uniform("gamma", c, 0.5, LARGEST_GAMMA) : null;
        Value beta = weights.beta() ? d.normal("beta", c) : null;
        List<Value> wrt = new ArrayList<>();
        if (weights != Weights.ONLY_WEIGHTS_WANTED) {
            wrt.add(x);
        }
        if (gamma != null && weights != Weights.ONLY_X_WANTED) {
            wrt.add(gamma);
        }
        if (beta != null && weights != Weights.ONLY_X_WANTED) {
            wrt.add(beta);
        }
        return new Parts(x, gamma, beta, wrt.toArray(Value[]::new));
    }

    /**
     * Fetches y and the gradients; {@code sharers} elements share a weight, {@code n} elements make
     * up a statistic.
     */
    private static void fetch(Draft d, Parts p, Value y, Spread spread, long sharers, long n) {
        double size = LARGEST_GAMMA * spread.condition();
        Tolerance weights = Tolerance.sumOfNormalized(sharers, spread.condition(), n);
        d.fetch(y, Tolerance.normalized(size, n));
        d.differentiate(y, p.wrt)
                .forEach(
                        (of, gradient) ->
                                d.fetch(
                                        gradient,
                                        of == p.x
                                                ? Tolerance.normalized(size * spread.scale(), n)
                                                : weights));
    }

    private static Spread channelSpread(Draft d, Value x, int axis) {
        int inner = (int) x.shape().size(axis + 1, x.shape().rank());
        int channels = x.shape().dim(axis);
        return Spread.of(d.content().get(x), channels, i -> i / inner % channels, EPSILON);
    }

    static void batchTrain(Draft d, Value x, int axis, Weights weights) {
        int channels = x.shape().dim(axis);
        long n = x.size() / channels;
        Parts p = parts(d, x, channels, weights);
        Value y = d.temp("y", x.shape());
        Value mean = d.temp("mean", Shape.of(channels));
        Value variance = d.temp("variance", Shape.of(channels));
        d.emit(new BatchNormTrain(x, p.gamma, p.beta, y, mean, variance, axis, EPSILON));
        Spread spread = channelSpread(d, x, axis);
        fetch(d, p, y, spread, n, n);
        d.fetch(mean, Tolerance.mean(n, spread.largest()));
        d.fetch(variance, Tolerance.mean(n, 1));
    }

    static void batchInfer(Draft d, Value x, int axis, Weights weights) {
        int channels = x.shape().dim(axis);
        Parts p = parts(d, x, channels, weights);
        Value y = d.temp("y", x.shape());
        Value mean = d.normal("mean", Shape.of(channels));
        Value variance = d.uniform("variance", Shape.of(channels), 0.2, 3);
        d.emit(new BatchNormInfer(x, p.gamma, p.beta, mean, variance, y, axis, EPSILON));
        double largest = channelSpread(d, x, axis).largest() + 4;
        // given statistics are exact, like those of one element
        fetch(d, p, y, new Spread(largest, 1 / Math.sqrt(0.2)), x.size() / channels, 1);
    }

    static void layer(Draft d, int rows, int k, Weights weights) {
        Value x = d.normal("x", Shape.of(rows, k));
        Parts p = parts(d, x, k, weights);
        Value y = d.temp("y", x.shape());
        Value mean = d.temp("mean", Shape.of(rows));
        Value variance = d.temp("variance", Shape.of(rows));
        d.emit(new LayerNorm(x, p.gamma, p.beta, y, mean, variance, EPSILON));
        Spread spread = Spread.of(d.content().get(x), rows, i -> i / k, EPSILON);
        fetch(d, p, y, spread, rows, k);
        d.fetch(mean, Tolerance.mean(k, spread.largest()));
        d.fetch(variance, Tolerance.mean(k, 1));
    }

    private static void movingAverage(Draft d, Shape s, double momentum) {
        Value moving = d.linear(d.normal("moving", s));
        Value batch = d.linear(d.normal("batch", s));
        d.emit(new MovingAverage(moving, batch, momentum));
        d.fetch(moving, Tolerance.ARITHMETIC);
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Batch b : BATCHES) {
            for (Weights w : b.shape.size() > 10_000 ? List.of(Weights.BOTH) : everything()) {
                String where = " " + b.shape + " axis " + b.axis + " " + w;
                all.add(
                        new OpCase(
                                "BatchNormTrain" + where,
                                d -> batchTrain(d, d.normal("x", b.shape), b.axis, w)));
                all.add(
                        new OpCase(
                                "BatchNormInfer" + where,
                                d -> batchInfer(d, d.normal("x", b.shape), b.axis, w)));
            }
        }
        for (Shape s :
                List.of(
                        Shape.of(1, 1),
                        Shape.of(1, 17),
                        Shape.of(7, 3),
                        Shape.of(3, 1),
                        Shape.of(5, 64),
                        Shape.of(129, 547),
                        Shape.of(2, 40_009))) {
            for (Weights w : s.size() > 10_000 ? List.of(Weights.BOTH) : everything()) {
                all.add(
                        new OpCase(
                                "LayerNorm " + s + " " + w, d -> layer(d, s.dim(0), s.dim(1), w)));
            }
        }
        for (double momentum : new double[] {0, 0.99, 0.999, 1}) {
            for (int c : new int[] {1, 17, 4099}) {
                all.add(
                        new OpCase(
                                "MovingAverage " + c + " momentum " + momentum,
                                d -> movingAverage(d, Shape.of(c), momentum)));
            }
        }
        return all.stream();
    }

    private static List<Weights> everything() {
        return List.of(Weights.values());
    }

    /** In float32 E[x^2] - E[x]^2 would read 0, or anything up to 16, here. */
    @Test
    void varianceKeepsFourDigitsFarFromZero() {
        int channels = 17;
        for (int axis : new int[] {1, 3}) {
            Draft d = new Draft(axis);
            int[] dims = {8, 29, 31, 29};
            dims[axis] = channels;
            Value x = d.input("x", Shape.of(dims), () -> 1e4 + d.random().nextGaussian());
            batchTrain(d, x, axis, Weights.NEITHER);
            Value variance = d.fetches().get(d.fetches().size() - 1).value();
            try (Runner runner = Runner.of(backend(), d.program());
                    Runner reference = Runner.of(new ReferenceBackend(), d.program())) {
                d.content().forEach(runner::feed);
                d.content().forEach(reference::feed);
                runner.launch();
                reference.launch();
                double[] want = reference.numbers(variance);
                double[] got = runner.numbers(variance);
                for (int c = 0; c < channels; c++) {
                    assertThat(Math.abs(got[c] / want[c] - 1))
                            .as("relative error of variance %s for %s", got[c], want[c])
                            .isLessThan(Tolerance.FOUR_DIGITS);
                }
            }
        }
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
