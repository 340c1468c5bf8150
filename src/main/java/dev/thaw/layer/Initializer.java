package dev.thaw.layer;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Locale;
import java.util.Map;

/**
 * The first value of a weight. The same seed gives the same bits everywhere. Those made here know
 * their Keras name, so that files can hold them; one of your own (a lambda) runs, but cannot be
 * written.
 */
@FunctionalInterface
public interface Initializer {
    /** A value of this shape. */
    Tensor initial(Shape shape, long seed);

    /**
     * The same with a seed of its own, whatever the layer's; one that draws nothing stays as it is.
     */
    default Initializer withSeed(long seed) {
        return this instanceof NamedInitializer n
                ? n.seeded(seed)
                : (shape, ignored) -> initial(shape, seed);
    }

    /** All zeros. */
    static Initializer zeros() {
        return new NamedInitializer("Zeros", Map.of(), (s, seed) -> Tensor.zeros(s, DType.FLOAT32));
    }

    /** All ones. */
    static Initializer ones() {
        return new NamedInitializer("Ones", Map.of(), (s, seed) -> Tensor.full(s, 1));
    }

    /** One number everywhere. */
    static Initializer constant(double value) {
        return new NamedInitializer(
                "Constant",
                Map.of("value", value),
                (shape, seed) -> Tensor.full(shape, (float) value));
    }

    /** Uniform in [low, high). Keras's default is [-0.05, 0.05). */
    static Initializer randomUniform(double low, double high) {
        return NamedInitializer.random(
                "RandomUniform",
                (shape, seed) -> Draws.uniform(shape, seed, low, high),
                "minval",
                low,
                "maxval",
                high);
    }

    /** Normal. Keras's default standard deviation is 0.05. */
    static Initializer randomNormal(double mean, double stddev) {
        return NamedInitializer.random(
                "RandomNormal",
                (s, seed) -> Draws.normal(s, seed, mean, stddev, Double.POSITIVE_INFINITY),
                "mean",
                mean,
                "stddev",
                stddev);
    }

    /** Normal, drawn again until within two standard deviations. */
    static Initializer truncatedNormal(double mean, double stddev) {
        return NamedInitializer.random(
                "TruncatedNormal",
                (shape, seed) -> Draws.normal(shape, seed, mean, stddev, 2),
                "mean",
                mean,
                "stddev",
                stddev);
    }

    /** Which number of connections sets the scale. */
    enum Fan {
        /** Inputs of a unit. */
        IN,
        /** Outputs of a unit. */
        OUT,
        /** The mean of both. */
        AVERAGE
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
    static Initializer varianceScaling(double scale, Fan fan, Distribution distribution) {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "VarianceScaling: scale must be positive and finite, got " + scale);
        }
        return NamedInitializer.random(
                "VarianceScaling",
                (s, seed) -> Draws.scaled(s, seed, scale, fan, distribution),
                "scale",
                scale,
                "mode",
                fan == Fan.AVERAGE ? "fan_avg" : "fan_" + fan.name().toLowerCase(Locale.ROOT),
                "distribution",
                distribution.name().toLowerCase(Locale.ROOT));
    }

    private static Initializer scaled(String name, double scale, Fan fan, Distribution d) {
        return NamedInitializer.random(name, (s, seed) -> Draws.scaled(s, seed, scale, fan, d));
    }

    /** Glorot and Bengio (2010): uniform, limit sqrt(6 / (fan in + fan out)). Keras's default. */
    static Initializer glorotUniform() {
        return scaled("GlorotUniform", 1, Fan.AVERAGE, Distribution.UNIFORM);
    }

    /** Glorot and Bengio (2010): truncated normal, variance 2 / (fan in + fan out). */
    static Initializer glorotNormal() {
        return scaled("GlorotNormal", 1, Fan.AVERAGE, Distribution.TRUNCATED_NORMAL);
    }

    /** He et al. (2015): uniform, limit sqrt(6 / fan in). */
    static Initializer heUniform() {
        return scaled("HeUniform", 2, Fan.IN, Distribution.UNIFORM);
    }

    /** He et al. (2015): truncated normal, variance 2 / fan in. */
    static Initializer heNormal() {
        return scaled("HeNormal", 2, Fan.IN, Distribution.TRUNCATED_NORMAL);
    }

    /** LeCun et al. (1998): uniform, limit sqrt(3 / fan in). */
    static Initializer lecunUniform() {
        return scaled("LecunUniform", 1, Fan.IN, Distribution.UNIFORM);
    }

    /** LeCun et al. (1998): truncated normal, variance 1 / fan in. */
    static Initializer lecunNormal() {
        return scaled("LecunNormal", 1, Fan.IN, Distribution.TRUNCATED_NORMAL);
    }

    /**
     * Saxe et al. (2014): rows or columns, whichever are fewer, are orthonormal times the gain; all
     * axes but the last are taken as one.
     */
    static Initializer orthogonal(double gain) {
        return NamedInitializer.random(
                "Orthogonal", (s, seed) -> Draws.orthogonal(s, seed, gain), "gain", gain);
    }

    /** The identity matrix times a gain; ones and zeros of a two-dimensional shape. */
    static Initializer identity(double gain) {
        return new NamedInitializer(
                "Identity", Map.of("gain", gain), (shape, seed) -> Draws.identity(shape, gain));
    }
}
