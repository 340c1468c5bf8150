package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.config.Registry;

import java.util.List;

/**
 * Keras's learning-rate schedules. They compute in float32, operation by operation as Keras does; s
 * is the number of steps before this one.
 */
public final class Schedules {
    /** Keras's schedules; what all of them need has no default. */
    static final Registry KNOWN =
            Registry.EMPTY
                    .with(
                            LearningRateSchedule.class,
                            "ExponentialDecay",
                            () -> new ExponentialDecay(0, 1, 1))
                    .with(
                            LearningRateSchedule.class,
                            "PiecewiseConstantDecay",
                            () -> new PiecewiseConstantDecay(List.of(), List.of(0.)))
                    .with(
                            LearningRateSchedule.class,
                            "PolynomialDecay",
                            () -> new PolynomialDecay(0, 1))
                    .with(
                            LearningRateSchedule.class,
                            "InverseTimeDecay",
                            () -> new InverseTimeDecay(0, 1, 1))
                    .with(LearningRateSchedule.class, "CosineDecay", () -> new CosineDecay(0, 1))
                    .with(
                            LearningRateSchedule.class,
                            "CosineDecayRestarts",
                            () -> new CosineDecayRestarts(0, 1));

    private static final float PI = (float) Math.PI;

    private Schedules() {}

    /**
     * initial rate^(s / decaySteps).
     *
     * @param initialLearningRate the first rate, at least 0
     * @param decaySteps in how many steps the rate falls once, above 0
     * @param decayRate by what it is multiplied then
     * @param staircase whether s / decaySteps is rounded down
     */
    public record ExponentialDecay(
            double initialLearningRate, double decaySteps, double decayRate, boolean staircase)
            implements LearningRateSchedule {
        /** Refuses a period that is not above 0, and what is not finite. */
        public ExponentialDecay {
            check("ExponentialDecay", initialLearningRate, "decay_steps", decaySteps);
            Range.FINITE.check("ExponentialDecay: decay_rate", decayRate);
        }

        /** Without steps. */
        public ExponentialDecay(double initialLearningRate, double decaySteps, double decayRate) {
            this(initialLearningRate, decaySteps, decayRate, false);
        }

        @Override
        public float at(long step) {
            float p = (float) step / (float) decaySteps;
            p = staircase ? (float) Math.floor(p) : p;
            return (float) initialLearningRate * pow((float) decayRate, p);
        }

        @Override
        public String className() {
            return "ExponentialDecay";
        }

        @Override
        public ExponentialDecay configure(Properties p) {
            ExponentialDecay made =
                    new ExponentialDecay(
                            initial(p, initialLearningRate),
                            steps(p, "decay_steps", decaySteps),
                            p.required().number("decay_rate", decayRate),
                            p.bool("staircase", staircase));
            Schedules.name(p, "ExponentialDecay");
            return made;
        }
    }

    /**
     * values[i] for the first i with s at most boundaries[i], the last value behind all of them.
     *
     * @param boundaries steps, ascending
     * @param values rates, one more than boundaries
     */
    public record PiecewiseConstantDecay(List<Long> boundaries, List<Double> values)
            implements LearningRateSchedule {
        /** Refuses other numbers of values, and boundaries out of order. */
        public PiecewiseConstantDecay {
            boundaries = List.copyOf(boundaries);
            values = List.copyOf(values);
            if (values.size() != boundaries.size() + 1) {
                throw new IllegalArgumentException(
                        "PiecewiseConstantDecay: needs one value more than boundaries, got %s and %s"
                                .formatted(values.size(), boundaries.size()));
            }
            for (int i = 1; i < boundaries.size(); i++) {
                if (boundaries.get(i) < boundaries.get(i - 1)) {
                    throw new IllegalArgumentException(
                            "PiecewiseConstantDecay: boundaries must ascend, got " + boundaries);
                }
            }
            values.forEach(v -> Range.NOT_NEGATIVE.check("PiecewiseConstantDecay: values", v));
        }

        @Override
        public float at(long step) {
            int i = 0;
            while (i < boundaries.size() && step > boundaries.get(i)) {
                i++;
            }
            return values.get(i).floatValue();
        }

        @Override
        public String className() {
            return "PiecewiseConstantDecay";
        }

        @Override
        public PiecewiseConstantDecay configure(Properties p) {
            PiecewiseConstantDecay made =
                    new PiecewiseConstantDecay(
                            // Keras casts boundaries to the type of the step
                            p.required().list("boundaries", boundaries).stream()
                                    .map(b -> (long) Math.floor(b))
                                    .toList(),
                            p.required().list("values", values));
            Schedules.name(p, "PiecewiseConstant");
            return made;
        }
    }

    /**
     * (initial - end)(1 - s / n)^power + end, where n is decaySteps and s at most n, or with cycle
     * n is the first multiple of decaySteps that is at least s.
     *
     * @param initialLearningRate the first rate, at least 0
     * @param decaySteps in how many steps the end is reached, above 0
     * @param endLearningRate the rate there
     * @param power of the polynomial
     * @param cycle whether it begins again behind the end
     */
    public record PolynomialDecay(
            double initialLearningRate,
            double decaySteps,
            double endLearningRate,
            double power,
            boolean cycle)
            implements LearningRateSchedule {
        /** Refuses a period that is not above 0, and what is not finite. */
        public PolynomialDecay {
            check("PolynomialDecay", initialLearningRate, "decay_steps", decaySteps);
            Range.FINITE.check("PolynomialDecay: end_learning_rate", endLearningRate);
            Range.FINITE.check("PolynomialDecay: power", power);
        }

        /** Keras's defaults: a straight line to 0.0001, once. */
        public PolynomialDecay(double initialLearningRate, double decaySteps) {
            this(initialLearningRate, decaySteps, 1e-4, 1, false);
        }

        @Override
        public float at(long step) {
            float s = step;
            float n = (float) decaySteps;
            if (cycle) {
                n *= step == 0 ? 1 : (float) Math.ceil(s / n);
            } else {
                s = Math.min(s, n);
            }
            float end = (float) endLearningRate;
            return ((float) initialLearningRate - end) * pow(1 - s / n, (float) power) + end;
        }

        @Override
        public String className() {
            return "PolynomialDecay";
        }

        @Override
        public PolynomialDecay configure(Properties p) {
            PolynomialDecay made =
                    new PolynomialDecay(
                            initial(p, initialLearningRate),
                            steps(p, "decay_steps", decaySteps),
                            p.number("end_learning_rate", endLearningRate),
                            p.number("power", power),
                            p.bool("cycle", cycle));
            Schedules.name(p, "PolynomialDecay");
            return made;
        }
    }

    /**
     * initial / (1 + decayRate s / decaySteps).
     *
     * @param initialLearningRate the first rate, at least 0
     * @param decaySteps the unit of s, above 0
     * @param decayRate how fast it falls
     * @param staircase whether s / decaySteps is rounded down
     */
    public record InverseTimeDecay(
            double initialLearningRate, double decaySteps, double decayRate, boolean staircase)
            implements LearningRateSchedule {
        /** Refuses a period that is not above 0, and what is not finite. */
        public InverseTimeDecay {
            check("InverseTimeDecay", initialLearningRate, "decay_steps", decaySteps);
            Range.FINITE.check("InverseTimeDecay: decay_rate", decayRate);
        }

        /** Without steps. */
        public InverseTimeDecay(double initialLearningRate, double decaySteps, double decayRate) {
            this(initialLearningRate, decaySteps, decayRate, false);
        }

        @Override
        public float at(long step) {
            float p = (float) step / (float) decaySteps;
            p = staircase ? (float) Math.floor(p) : p;
            return (float) initialLearningRate / (1 + (float) decayRate * p);
        }

        @Override
        public String className() {
            return "InverseTimeDecay";
        }

        @Override
        public InverseTimeDecay configure(Properties p) {
            InverseTimeDecay made =
                    new InverseTimeDecay(
                            initial(p, initialLearningRate),
                            steps(p, "decay_steps", decaySteps),
                            p.required().number("decay_rate", decayRate),
                            p.bool("staircase", staircase));
            Schedules.name(p, "InverseTimeDecay");
            return made;
        }
    }

    /**
     * from ((1 - alpha)(1 + cos(pi s / decaySteps)) / 2 + alpha), with s at most decaySteps and
     * from the initial rate; with a warmup target, first a straight line from the initial rate to
     * it in warmupSteps, then the cosine from there.
     *
     * @param initialLearningRate the first rate, at least 0
     * @param decaySteps how long the cosine takes, above 0
     * @param alpha the smallest rate, as a share of the largest
     * @param warmupTarget the largest rate; null for no warmup
     * @param warmupSteps how long the warmup takes
     */
    public record CosineDecay(
            double initialLearningRate,
            double decaySteps,
            double alpha,
            Double warmupTarget,
            double warmupSteps)
            implements LearningRateSchedule {
        /** Refuses a period that is not above 0, and what is not finite. */
        public CosineDecay {
            check("CosineDecay", initialLearningRate, "decay_steps", decaySteps);
            Range.FINITE.check("CosineDecay: alpha", alpha);
            Range.NOT_NEGATIVE.check("CosineDecay: warmup_steps", warmupSteps);
            if (warmupTarget != null) {
                Range.NOT_NEGATIVE.check("CosineDecay: warmup_target", warmupTarget);
            }
        }

        /** Down to 0, without a warmup. */
        public CosineDecay(double initialLearningRate, double decaySteps) {
            this(initialLearningRate, decaySteps, 0, null, 0);
        }

        @Override
        public float at(long step) {
            float n = (float) decaySteps;
            float initial = (float) initialLearningRate;
            if (warmupTarget == null) {
                return decayed(Math.min(step, n), n, initial);
            }
            float warm = (float) warmupSteps;
            float target = warmupTarget.floatValue();
            float s = Math.min(step, n + warm);
            return s < warm
                    ? (target - initial) * (s / warm) + initial
                    : decayed(s - warm, n, target);
        }

        private float decayed(float s, float n, float from) {
            return from * ((float) (1 - alpha) * wave(s / n) + (float) alpha);
        }

        @Override
        public String className() {
            return "CosineDecay";
        }

        @Override
        public CosineDecay configure(Properties p) {
            double first = initial(p, initialLearningRate);
            double length = steps(p, "decay_steps", decaySteps);
            double smallest = p.number("alpha", alpha);
            Schedules.name(p, "CosineDecay");
            return new CosineDecay(
                    first,
                    length,
                    smallest,
                    p.numberOrNull("warmup_target", warmupTarget, Range.NOT_NEGATIVE),
                    p.count("warmup_steps", warmupSteps, Range.NOT_NEGATIVE));
        }
    }

    /**
     * Loshchilov and Hutter (2017): a cosine that begins again, each time tMul as long and mMul as
     * high as before.
     *
     * @param initialLearningRate the first rate, at least 0
     * @param firstDecaySteps how long the first cosine takes, above 0
     * @param tMul factor of the length from one to the next
     * @param mMul factor of the height from one to the next
     * @param alpha the smallest rate, as a share of the initial one
     */
    public record CosineDecayRestarts(
            double initialLearningRate,
            double firstDecaySteps,
            double tMul,
            double mMul,
            double alpha)
            implements LearningRateSchedule {
        /** Refuses a period that is not above 0, and what is not finite. */
        public CosineDecayRestarts {
            check("CosineDecayRestarts", initialLearningRate, "first_decay_steps", firstDecaySteps);
            Range.FINITE.check("CosineDecayRestarts: t_mul", tMul);
            Range.FINITE.check("CosineDecayRestarts: m_mul", mMul);
            Range.FINITE.check("CosineDecayRestarts: alpha", alpha);
        }

        /** Keras's defaults: twice as long each time, as high, down to 0. */
        public CosineDecayRestarts(double initialLearningRate, double firstDecaySteps) {
            this(initialLearningRate, firstDecaySteps, 2, 1, 0);
        }

        @Override
        public float at(long step) {
            float done = (float) step / (float) firstDecaySteps;
            float longer = (float) tMul;
            float restart;
            if (longer == 1) {
                restart = (float) Math.floor(done);
                done -= restart;
            } else {
                float begun = (float) Math.log(1 - done * (1 - longer)) / (float) Math.log(longer);
                restart = (float) Math.floor(begun);
                float length = pow(longer, restart);
                done = (done - (1 - length) / (1 - longer)) / length;
            }
            float height = pow((float) mMul, restart);
            float decayed = (1 - (float) alpha) * (height * wave(done)) + (float) alpha;
            return (float) initialLearningRate * decayed;
        }

        @Override
        public String className() {
            return "CosineDecayRestarts";
        }

        @Override
        public CosineDecayRestarts configure(Properties p) {
            CosineDecayRestarts made =
                    new CosineDecayRestarts(
                            initial(p, initialLearningRate),
                            steps(p, "first_decay_steps", firstDecaySteps),
                            p.number("t_mul", tMul),
                            p.number("m_mul", mMul),
                            p.number("alpha", alpha));
            Schedules.name(p, "SGDRDecay");
            return made;
        }
    }

    private static float pow(float base, float exponent) {
        return (float) Math.pow(base, exponent);
    }

    /** (1 + cos(pi x)) / 2. */
    private static float wave(float x) {
        return .5f * (1 + (float) Math.cos(PI * x));
    }

    private static double initial(Properties p, double value) {
        return p.required().number("initial_learning_rate", value, Range.NOT_NEGATIVE);
    }

    private static double steps(Properties p, String key, double value) {
        return p.required().count(key, value, Range.POSITIVE);
    }

    /** The name that Keras gives; any other means nothing. */
    private static void name(Properties p, String keras) {
        p.text("name", keras);
    }

    private static void check(String where, double initial, String what, double steps) {
        Range.NOT_NEGATIVE.check(where + ": initial_learning_rate", initial);
        Range.POSITIVE.check("%s: %s".formatted(where, what), steps);
    }
}
