package dev.thaw.train.optimizer;

import dev.thaw.train.Settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's learning-rate schedules. They compute in float32, operation by operation as Keras does; s
 * is the number of steps before this one.
 */
public final class Schedules {
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
        /** Refuses a period that is not above 0. */
        public ExponentialDecay {
            check("ExponentialDecay", initialLearningRate, "decay_steps", decaySteps);
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
        public Map<String, Object> config() {
            Map<String, Object> config = decay(initialLearningRate, decaySteps, decayRate);
            config.put("staircase", staircase);
            config.put("name", "ExponentialDecay");
            return config;
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
                        "PiecewiseConstantDecay: needs one value more than boundaries, got "
                                + values.size()
                                + " and "
                                + boundaries.size());
            }
            for (int i = 1; i < boundaries.size(); i++) {
                if (boundaries.get(i) < boundaries.get(i - 1)) {
                    throw new IllegalArgumentException(
                            "PiecewiseConstantDecay: boundaries must ascend, got " + boundaries);
                }
            }
            values.forEach(v -> check("PiecewiseConstantDecay", v, "boundaries", 1));
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
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("boundaries", boundaries);
            config.put("values", values);
            config.put("name", "PiecewiseConstant");
            return config;
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
        /** Refuses a period that is not above 0. */
        public PolynomialDecay {
            check("PolynomialDecay", initialLearningRate, "decay_steps", decaySteps);
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
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("initial_learning_rate", initialLearningRate);
            config.put("decay_steps", number(decaySteps));
            config.put("end_learning_rate", endLearningRate);
            config.put("power", power);
            config.put("cycle", cycle);
            config.put("name", "PolynomialDecay");
            return config;
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
        /** Refuses a period that is not above 0. */
        public InverseTimeDecay {
            check("InverseTimeDecay", initialLearningRate, "decay_steps", decaySteps);
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
        public Map<String, Object> config() {
            Map<String, Object> config = decay(initialLearningRate, decaySteps, decayRate);
            config.put("staircase", staircase);
            config.put("name", "InverseTimeDecay");
            return config;
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
        /** Refuses a period that is not above 0. */
        public CosineDecay {
            check("CosineDecay", initialLearningRate, "decay_steps", decaySteps);
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
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("initial_learning_rate", initialLearningRate);
            config.put("decay_steps", number(decaySteps));
            config.put("alpha", alpha);
            config.put("name", "CosineDecay");
            config.put("warmup_target", warmupTarget);
            config.put("warmup_steps", number(warmupSteps));
            return config;
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
        /** Refuses a period that is not above 0. */
        public CosineDecayRestarts {
            check("CosineDecayRestarts", initialLearningRate, "first_decay_steps", firstDecaySteps);
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
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("initial_learning_rate", initialLearningRate);
            config.put("first_decay_steps", number(firstDecaySteps));
            config.put("t_mul", tMul);
            config.put("m_mul", mMul);
            config.put("alpha", alpha);
            config.put("name", "SGDRDecay");
            return config;
        }
    }

    static LearningRateSchedule of(String className, Map<String, ?> config) {
        Settings s = new Settings("schedule " + className, config).ignore("name");
        LearningRateSchedule made =
                switch (className) {
                    case "ExponentialDecay" ->
                            new ExponentialDecay(
                                    s.required("initial_learning_rate"),
                                    s.required("decay_steps"),
                                    s.required("decay_rate"),
                                    s.flag("staircase", false));
                    case "PiecewiseConstantDecay" ->
                            new PiecewiseConstantDecay(
                                    // Keras casts boundaries to the type of the step
                                    s.numbers("boundaries").stream()
                                            .map(Double::longValue)
                                            .toList(),
                                    s.numbers("values"));
                    case "PolynomialDecay" ->
                            new PolynomialDecay(
                                    s.required("initial_learning_rate"),
                                    s.required("decay_steps"),
                                    s.number("end_learning_rate", 1e-4),
                                    s.number("power", 1),
                                    s.flag("cycle", false));
                    case "InverseTimeDecay" ->
                            new InverseTimeDecay(
                                    s.required("initial_learning_rate"),
                                    s.required("decay_steps"),
                                    s.required("decay_rate"),
                                    s.flag("staircase", false));
                    case "CosineDecay" ->
                            new CosineDecay(
                                    s.required("initial_learning_rate"),
                                    s.required("decay_steps"),
                                    s.number("alpha", 0),
                                    s.number("warmup_target"),
                                    s.number("warmup_steps", 0));
                    case "CosineDecayRestarts" ->
                            new CosineDecayRestarts(
                                    s.required("initial_learning_rate"),
                                    s.required("first_decay_steps"),
                                    s.number("t_mul", 2),
                                    s.number("m_mul", 1),
                                    s.number("alpha", 0));
                    default ->
                            throw new IllegalArgumentException(
                                    "learning rate: there is no schedule '"
                                            + className
                                            + "'; there are ExponentialDecay, PiecewiseConstantDecay,"
                                            + " PolynomialDecay, InverseTimeDecay, CosineDecay and"
                                            + " CosineDecayRestarts");
                };
        return s.finish(made);
    }

    private static float pow(float base, float exponent) {
        return (float) Math.pow(base, exponent);
    }

    /** (1 + cos(pi x)) / 2. */
    private static float wave(float x) {
        return .5f * (1 + (float) Math.cos(PI * x));
    }

    /** A whole number as such: Keras counts steps in integers. */
    private static Number number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? (Number) (long) value
                : value;
    }

    private static Map<String, Object> decay(double initial, double steps, double rate) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("initial_learning_rate", initial);
        config.put("decay_steps", number(steps));
        config.put("decay_rate", rate);
        return config;
    }

    private static void check(String where, double initial, String what, double steps) {
        if (!(steps > 0 && initial >= 0 && initial + steps < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    where
                            + ": rates must be finite and at least 0 and "
                            + what
                            + " above 0, got "
                            + initial
                            + " and "
                            + steps);
        }
    }
}
