package dev.thaw.layer.weight;

import dev.thaw.config.Range;
import dev.thaw.config.Registry;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/**
 * The first value of a weight. The same seed gives the same bits everywhere. Those made here know
 * their Keras name, so that files can hold them; one of your own does where it is a {@link
 * dev.thaw.config.Configured} that a {@link Registry} knows, and a lambda only runs.
 */
@FunctionalInterface
public interface Initializer {
    /** Keras's initializers, with its defaults. */
    Registry KNOWN =
            Registry.EMPTY
                    .with(Initializer.class, "Zeros", Initializers.Zeros::new)
                    .with(Initializer.class, "Ones", Initializers.Ones::new)
                    .with(Initializer.class, "Constant", () -> constant(0))
                    .with(Initializer.class, "RandomNormal", () -> randomNormal(0, .05))
                    .with(Initializer.class, "TruncatedNormal", () -> truncatedNormal(0, .05))
                    .with(Initializer.class, "RandomUniform", () -> randomUniform(-.05, .05))
                    .with(
                            Initializer.class,
                            "VarianceScaling",
                            () -> varianceScaling(1, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL))
                    .with(Initializer.class, "GlorotUniform", Initializer::glorotUniform)
                    .with(Initializer.class, "GlorotNormal", Initializer::glorotNormal)
                    .with(Initializer.class, "HeUniform", Initializer::heUniform)
                    .with(Initializer.class, "HeNormal", Initializer::heNormal)
                    .with(Initializer.class, "LecunUniform", Initializer::lecunUniform)
                    .with(Initializer.class, "LecunNormal", Initializer::lecunNormal)
                    .with(Initializer.class, "Orthogonal", () -> orthogonal(1))
                    .with(Initializer.class, "OrthogonalInitializer", () -> orthogonal(1))
                    .with(Initializer.class, "Identity", () -> identity(1))
                    .with(Initializer.class, "IdentityInitializer", () -> identity(1))
                    .with(Initializer.class, "normal", () -> randomNormal(0, .05))
                    .with(Initializer.class, "uniform", () -> randomUniform(-.05, .05));

    /** A value of this shape. */
    Tensor initial(Shape shape, long seed);

    /**
     * The same with a seed of its own, whatever the layer's; one that draws nothing stays as it is.
     */
    default Initializer withSeed(long seed) {
        return this instanceof Initializers.Known ? this : (shape, ignored) -> initial(shape, seed);
    }

    /** All zeros. */
    static Initializer zeros() {
        return new Initializers.Zeros();
    }

    /** All ones. */
    static Initializer ones() {
        return new Initializers.Ones();
    }

    /** One number everywhere. */
    static Initializer constant(double value) {
        return new Initializers.Constant(value);
    }

    /** Uniform in [low, high). Keras's default is [-0.05, 0.05). */
    static Initializer randomUniform(double low, double high) {
        return new Initializers.RandomUniform(low, high, null);
    }

    /** Normal. Keras's default standard deviation is 0.05. */
    static Initializer randomNormal(double mean, double stddev) {
        return new Initializers.RandomNormal(mean, stddev, null);
    }

    /** Normal, drawn again until within two standard deviations. */
    static Initializer truncatedNormal(double mean, double stddev) {
        return new Initializers.TruncatedNormal(mean, stddev, null);
    }

    /** Which number of connections sets the scale. */
    enum Mode {
        /** Inputs of a unit. */
        FAN_IN,
        /** Outputs of a unit. */
        FAN_OUT,
        /** The mean of both. */
        FAN_AVG
    }

    /** How the numbers are spread. */
    enum Distribution {
        /** Uniform within sqrt(3 variance). */
        UNIFORM,
        /** Normal, cut at two standard deviations, which are widened so that the variance holds. */
        TRUNCATED_NORMAL,
        /** Normal. */
        UNTRUNCATED_NORMAL
    }

    /** Variance scale / fan, spread by the distribution. */
    static Initializer varianceScaling(double scale, Mode mode, Distribution distribution) {
        if (!Range.POSITIVE.holds(scale)) {
            throw new IllegalArgumentException(
                    "VarianceScaling: scale must be positive and finite, got " + scale);
        }
        return new Initializers.VarianceScaling(scale, mode, distribution, null);
    }

    private static Initializer scaled(String name, double scale, Mode mode, Distribution d) {
        return new Initializers.Named(name, new Initializers.VarianceScaling(scale, mode, d, null));
    }

    /** Glorot and Bengio (2010): uniform, limit sqrt(6 / (fan in + fan out)). Keras's default. */
    static Initializer glorotUniform() {
        return scaled("GlorotUniform", 1, Mode.FAN_AVG, Distribution.UNIFORM);
    }

    /** Glorot and Bengio (2010): truncated normal, variance 2 / (fan in + fan out). */
    static Initializer glorotNormal() {
        return scaled("GlorotNormal", 1, Mode.FAN_AVG, Distribution.TRUNCATED_NORMAL);
    }

    /** He et al. (2015): uniform, limit sqrt(6 / fan in). */
    static Initializer heUniform() {
        return scaled("HeUniform", 2, Mode.FAN_IN, Distribution.UNIFORM);
    }

    /** He et al. (2015): truncated normal, variance 2 / fan in. */
    static Initializer heNormal() {
        return scaled("HeNormal", 2, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL);
    }

    /** LeCun et al. (1998): uniform, limit sqrt(3 / fan in). */
    static Initializer lecunUniform() {
        return scaled("LecunUniform", 1, Mode.FAN_IN, Distribution.UNIFORM);
    }

    /** LeCun et al. (1998): truncated normal, variance 1 / fan in. */
    static Initializer lecunNormal() {
        return scaled("LecunNormal", 1, Mode.FAN_IN, Distribution.TRUNCATED_NORMAL);
    }

    /**
     * Saxe et al. (2014): rows or columns, whichever are fewer, are orthonormal times the gain; all
     * axes but the last are taken as one.
     */
    static Initializer orthogonal(double gain) {
        return new Initializers.Orthogonal(gain, null);
    }

    /** The identity matrix times a gain; ones and zeros of a two-dimensional shape. */
    static Initializer identity(double gain) {
        return new Initializers.Identity(gain);
    }
}
