package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Rectifier;
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

    /** Five standard deviations: no case draws more. */
    private static final double LARGEST_RESIDUAL = 5;

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

    private static final List<Weights> WANTED =
            List.of(Weights.BOTH, Weights.ONLY_X_WANTED, Weights.ONLY_WEIGHTS_WANTED);

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
                    new Batch(Shape.of(70_001, 1), 1),
                    // channels as networks have them, in fours: few, no power of two, many
                    new Batch(Shape.of(3, 5, 7, 4), 3),
                    new Batch(Shape.of(2, 9, 7, 36), 3),
                    new Batch(Shape.of(2, 17, 13, 132), 3),
                    new Batch(Shape.of(2, 9, 9, 144), 3),
                    new Batch(Shape.of(1, 5, 5, 260), 3),
                    new Batch(Shape.of(33, 1, 1, 1028), 3),
                    new Batch(Shape.of(700, 24), 1));

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

    /** What is fused into a normalization. */
    enum End {
        PLAIN(Rectifier.NONE, false),
        RELU(Rectifier.RELU, false),
        RELU6(Rectifier.RELU6, false),
        SUM(Rectifier.NONE, true),
        SUM_RELU(Rectifier.RELU, true),
        SUM_RELU6(Rectifier.RELU6, true);

        private final Rectifier rectifier;
        private final boolean residual;

        End(Rectifier rectifier, boolean residual) {
            this.rectifier = rectifier;
            this.residual = residual;
        }

        Value residual(Draft d, Shape s) {
            return residual ? d.normal("residual", s) : null;
        }
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

    /** Forward only: near a kink, rounding decides whether the gradient is there. */
    private static void fusedTrain(Draft d, Value x, int axis, End end) {
        int channels = x.shape().dim(axis);
        long n = x.size() / channels;
        Parts p = parts(d, x, channels, Weights.BOTH);
        Value y = d.temp("y", x.shape());
        Value mean = d.temp("mean", Shape.of(channels));
        Value variance = d.temp("variance", Shape.of(channels));
        Value residual = end.residual(d, x.shape());
        d.emit(
                new BatchNormTrain(
                        x,
                        p.gamma,
                        p.beta,
                        residual,
                        y,
                        mean,
                        variance,
                        end.rectifier,
                        axis,
                        EPSILON));
        Spread spread = channelSpread(d, x, axis);
        d.fetch(y, Tolerance.normalized(LARGEST_GAMMA * spread.condition() + LARGEST_RESIDUAL, n));
        d.fetch(mean, Tolerance.mean(n, spread.largest()));
        d.fetch(variance, Tolerance.mean(n, 1));
    }

    private static void fusedInfer(Draft d, Value x, int axis, End end) {
        int channels = x.shape().dim(axis);
        Parts p = parts(d, x, channels, Weights.BOTH);
        Value y = d.temp("y", x.shape());
        Value mean = d.normal("mean", Shape.of(channels));
        Value variance = d.uniform("variance", Shape.of(channels), 0.2, 3);
        Value residual = end.residual(d, x.shape());
        d.emit(
                new BatchNormInfer(
                        x,
                        p.gamma,
                        p.beta,
                        mean,
                        variance,
                        residual,
                        y,
                        end.rectifier,
                        axis,
                        EPSILON));
        double condition = (channelSpread(d, x, axis).largest() + 4) / Math.sqrt(0.2);
        d.fetch(y, Tolerance.normalized(LARGEST_GAMMA * condition + LARGEST_RESIDUAL, 1));
    }

    /** A result to read the rectifier off, its kinks included. */
    private static Value result(Draft d, Shape s) {
        double[] all = {-1, 0, 1e-30, 3, 6, 7};
        return d.input("y", s, () -> all[d.random().nextInt(all.length)]);
    }

    /** The gradient of a forward pass whose result is given, so that both see the same kinks. */
    private static void fusedTrainGrad(Draft d, Value x, int axis, End end, Weights weights) {
        int channels = x.shape().dim(axis);
        long n = x.size() / channels;
        Value mean = d.temp("mean", Shape.of(channels));
        Value variance = d.temp("variance", Shape.of(channels));
        Value plain = d.temp("plain", x.shape());
        d.emit(new BatchNormTrain(x, null, null, plain, mean, variance, axis, EPSILON));
        Grad g = Grad.of(d, x, end, weights, channels);
        d.emit(
                new BatchNormTrainGrad(
                        x,
                        g.y,
                        g.dy,
                        g.gamma,
                        mean,
                        variance,
                        g.dx,
                        g.dresidual,
                        g.dgamma,
                        g.dbeta,
                        end.rectifier,
                        axis,
                        EPSILON));
        g.fetch(d, channelSpread(d, x, axis), n, n);
    }

    private static void fusedInferGrad(Draft d, Value x, int axis, End end, Weights weights) {
        int channels = x.shape().dim(axis);
        Value mean = d.normal("mean", Shape.of(channels));
        Value variance = d.uniform("variance", Shape.of(channels), 0.2, 3);
        Grad g = Grad.of(d, x, end, weights, channels);
        d.emit(
                new BatchNormInferGrad(
                        x,
                        g.y,
                        g.dy,
                        g.gamma,
                        mean,
                        variance,
                        g.dx,
                        g.dresidual,
                        g.dgamma,
                        g.dbeta,
                        end.rectifier,
                        axis,
                        EPSILON));
        double largest = channelSpread(d, x, axis).largest() + 4;
        g.fetch(d, new Spread(largest, 1 / Math.sqrt(0.2)), x.size() / channels, 1);
    }

    /** The operands of a fused gradient. */
    private record Grad(
            Value y, Value dy, Value gamma, Value dx, Value dresidual, Value dgamma, Value dbeta) {
        static Grad of(Draft d, Value x, End end, Weights weights, int channels) {
            Shape c = Shape.of(channels);
            boolean wanted = weights != Weights.ONLY_X_WANTED;
            return new Grad(
                    result(d, x.shape()),
                    d.linear(d.uniform("dy", x.shape(), -1, 1)),
                    weights.gamma() ? d.uniform("gamma", c, 0.5, LARGEST_GAMMA) : null,
                    weights == Weights.ONLY_WEIGHTS_WANTED ? null : d.temp("dx", x.shape()),
                    end.residual ? d.temp("dresidual", x.shape()) : null,
                    weights.gamma() && wanted ? d.temp("dgamma", c) : null,
                    weights.beta() && wanted ? d.temp("dbeta", c) : null);
        }

        void fetch(Draft d, Spread spread, long sharers, long n) {
            double size = LARGEST_GAMMA * spread.condition() * spread.scale();
            Tolerance sums = Tolerance.sumOfNormalized(sharers, spread.condition(), n);
            fetch(d, dx, Tolerance.normalized(size, n));
            fetch(d, dresidual, Tolerance.EXACT);
            fetch(d, dgamma, sums);
            fetch(d, dbeta, sums);
        }

        private static void fetch(Draft d, Value v, Tolerance tolerance) {
            if (v != null) {
                d.fetch(v, tolerance);
            }
        }
    }

    /** With the gradient by the op's own rule; for small shapes without an element near a kink. */
    static void fusedTrainWithRule(Draft d, Value x, int axis, End end) {
        Value mean = d.temp("mean", Shape.of(x.shape().dim(axis)));
        Value variance = d.temp("variance", mean.shape());
        Parts p = parts(d, x, x.shape().dim(axis), Weights.BOTH);
        Value residual = end.residual(d, x.shape());
        Value y = d.temp("y", x.shape());
        d.emit(
                new BatchNormTrain(
                        x,
                        p.gamma,
                        p.beta,
                        residual,
                        y,
                        mean,
                        variance,
                        end.rectifier,
                        axis,
                        EPSILON));
        differentiate(d, p, residual, y);
    }

    static void fusedInferWithRule(Draft d, Value x, int axis, End end) {
        Value mean = d.normal("mean", Shape.of(x.shape().dim(axis)));
        Value variance = d.uniform("variance", mean.shape(), 0.2, 3);
        Parts p = parts(d, x, x.shape().dim(axis), Weights.BOTH);
        Value residual = end.residual(d, x.shape());
        Value y = d.temp("y", x.shape());
        d.emit(
                new BatchNormInfer(
                        x,
                        p.gamma,
                        p.beta,
                        mean,
                        variance,
                        residual,
                        y,
                        end.rectifier,
                        axis,
                        EPSILON));
        differentiate(d, p, residual, y);
    }

    private static void differentiate(Draft d, Parts p, Value residual, Value y) {
        List<Value> wrt = new ArrayList<>(List.of(p.wrt));
        if (residual != null) {
            wrt.add(residual);
        }
        d.differentiate(y, wrt.toArray(Value[]::new));
    }

    /** One element of x is not a number, and so is one element of the residual. */
    private static void notANumber(Draft d, End end) {
        Shape s = Shape.of(5, 16);
        Value x = d.normal("x", s);
        d.content().get(x).floats()[17] = Float.NaN;
        Value residual = end.residual(d, s);
        if (residual != null) {
            d.content().get(residual).floats()[33] = Float.NaN;
        }
        Value y = d.temp("y", s);
        Value mean = d.normal("mean", Shape.of(16));
        Value variance = d.uniform("variance", Shape.of(16), 0.2, 3);
        d.emit(
                new BatchNormInfer(
                        x, null, null, mean, variance, residual, y, end.rectifier, 1, EPSILON));
        d.fetch(y, Tolerance.normalized(8 / Math.sqrt(0.2) + LARGEST_RESIDUAL, 1));
    }

    private static void addFused(List<OpCase> all) {
        for (Batch b : BATCHES) {
            boolean large = b.shape.size() > 10_000;
            String where = " " + b.shape + " axis " + b.axis;
            for (End end : End.values()) {
                all.add(
                        new OpCase(
                                "BatchNormTrain " + end + where,
                                d -> fusedTrain(d, d.normal("x", b.shape), b.axis, end)));
                all.add(
                        new OpCase(
                                "BatchNormInfer " + end + where,
                                d -> fusedInfer(d, d.normal("x", b.shape), b.axis, end)));
                if (end.rectifier == Rectifier.NONE) {
                    continue; // the gradient is the plain one
                }
                for (Weights w : large || !end.residual ? List.of(Weights.BOTH) : WANTED) {
                    all.add(
                            new OpCase(
                                    "BatchNormTrainGrad " + end + where + " " + w,
                                    d ->
                                            fusedTrainGrad(
                                                    d, d.normal("x", b.shape), b.axis, end, w)));
                    all.add(
                            new OpCase(
                                    "BatchNormInferGrad " + end + where + " " + w,
                                    d ->
                                            fusedInferGrad(
                                                    d, d.normal("x", b.shape), b.axis, end, w)));
                }
            }
        }
        for (End end : End.values()) {
            all.add(new OpCase("BatchNormInfer " + end + " of NaN", d -> notANumber(d, end)));
        }
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

    private static void movingAverages(Draft d, double momentum, int... sizes) {
        List<Value> moving = new ArrayList<>();
        List<Value> batch = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            moving.add(d.linear(d.normal("moving" + i, Shape.of(sizes[i]))));
            batch.add(d.linear(d.normal("batch" + i, Shape.of(sizes[i]))));
        }
        d.emit(new MovingAverage(moving, batch, momentum));
        moving.forEach(v -> d.fetch(v, Tolerance.ARITHMETIC));
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
        addFused(all);
        for (Shape s :
                List.of(
                        Shape.of(1, 1),
                        Shape.of(1, 17),
                        Shape.of(7, 3),
                        Shape.of(3, 1),
                        Shape.of(5, 64),
                        Shape.of(129, 547),
                        Shape.of(2, 40_009),
                        // rows that 16 bytes divide: of a warp, of a block, too long for registers
                        Shape.of(9, 4),
                        Shape.of(300, 36),
                        Shape.of(5, 132),
                        Shape.of(3, 1024),
                        Shape.of(3, 1028),
                        Shape.of(2, 4100),
                        Shape.of(2, 8196),
                        // and that they do not, about where a block takes the place of a warp
                        Shape.of(3, 255),
                        Shape.of(3, 257),
                        Shape.of(2, 2049))) {
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
            all.add(
                    new OpCase(
                            "MovingAverage of five, momentum " + momentum,
                            d -> movingAverages(d, momentum, 16, 1, 4099, 7, 16)));
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
