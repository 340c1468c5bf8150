package dev.thaw.layer.weight;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.weight.Initializer.Distribution;
import dev.thaw.layer.weight.Initializer.Mode;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** Keras's initializers. Two are equal that have the same class and options. */
final class Initializers {
    private Initializers() {}

    /** What Keras's files can hold. */
    interface Known extends Initializer, Configured {
        @Override
        default String module() {
            return "keras.initializers";
        }
    }

    /** One that draws, by a seed of its own where that is not null. */
    interface Drawn extends Known {
        Long seed();

        Tensor draw(Shape shape, long seed);

        @Override
        default Tensor initial(Shape shape, long seed) {
            return draw(shape, seed() == null ? seed : seed());
        }
    }

    private static Long seed(Properties p, Long value) {
        return p.longOrNull("seed", value);
    }

    record Zeros() implements Known {
        @Override
        public Tensor initial(Shape shape, long seed) {
            return Tensor.zeros(shape, DType.FLOAT32);
        }

        @Override
        public Zeros configure(Properties p) {
            return this;
        }
    }

    record Ones() implements Known {
        @Override
        public Tensor initial(Shape shape, long seed) {
            return Tensor.full(shape, 1);
        }

        @Override
        public Ones configure(Properties p) {
            return this;
        }
    }

    record Constant(double value) implements Known {
        @Override
        public Tensor initial(Shape shape, long seed) {
            return Tensor.full(shape, (float) value);
        }

        @Override
        public Constant configure(Properties p) {
            return new Constant(p.number("value", value));
        }
    }

    record Identity(double gain) implements Known {
        @Override
        public Tensor initial(Shape shape, long seed) {
            return Draws.identity(shape, gain);
        }

        @Override
        public Identity configure(Properties p) {
            return new Identity(p.number("gain", gain));
        }
    }

    record RandomUniform(double low, double high, Long seed) implements Drawn {
        @Override
        public Tensor draw(Shape shape, long seed) {
            return Draws.uniform(shape, seed, low, high);
        }

        @Override
        public RandomUniform withSeed(long value) {
            return new RandomUniform(low, high, value);
        }

        @Override
        public RandomUniform configure(Properties p) {
            return new RandomUniform(
                    p.number("minval", low), p.number("maxval", high), Initializers.seed(p, seed));
        }
    }

    record RandomNormal(double mean, double stddev, Long seed) implements Drawn {
        @Override
        public Tensor draw(Shape shape, long seed) {
            return Draws.normal(shape, seed, mean, stddev, Double.POSITIVE_INFINITY);
        }

        @Override
        public RandomNormal withSeed(long value) {
            return new RandomNormal(mean, stddev, value);
        }

        @Override
        public RandomNormal configure(Properties p) {
            return new RandomNormal(
                    p.number("mean", mean), p.number("stddev", stddev), Initializers.seed(p, seed));
        }
    }

    record TruncatedNormal(double mean, double stddev, Long seed) implements Drawn {
        @Override
        public Tensor draw(Shape shape, long seed) {
            return Draws.normal(shape, seed, mean, stddev, 2);
        }

        @Override
        public TruncatedNormal withSeed(long value) {
            return new TruncatedNormal(mean, stddev, value);
        }

        @Override
        public TruncatedNormal configure(Properties p) {
            return new TruncatedNormal(
                    p.number("mean", mean), p.number("stddev", stddev), Initializers.seed(p, seed));
        }
    }

    record Orthogonal(double gain, Long seed) implements Drawn {
        @Override
        public Tensor draw(Shape shape, long seed) {
            return Draws.orthogonal(shape, seed, gain);
        }

        @Override
        public Orthogonal withSeed(long value) {
            return new Orthogonal(gain, value);
        }

        @Override
        public Orthogonal configure(Properties p) {
            return new Orthogonal(p.number("gain", gain), Initializers.seed(p, seed));
        }
    }

    record VarianceScaling(double scale, Mode mode, Distribution distribution, Long seed)
            implements Drawn {
        @Override
        public Tensor draw(Shape shape, long seed) {
            return Draws.scaled(shape, seed, scale, mode, distribution);
        }

        @Override
        public VarianceScaling withSeed(long value) {
            return new VarianceScaling(scale, mode, distribution, value);
        }

        @Override
        public VarianceScaling configure(Properties p) {
            return new VarianceScaling(
                    p.number("scale", scale, Range.POSITIVE),
                    p.choice("mode", mode),
                    p.choice("distribution", distribution),
                    Initializers.seed(p, seed));
        }
    }

    /** Variance scaling under a name of its own, which says all but the seed. */
    record Named(String className, VarianceScaling scaling) implements Drawn {
        @Override
        public Long seed() {
            return scaling.seed();
        }

        @Override
        public Tensor draw(Shape shape, long seed) {
            return scaling.draw(shape, seed);
        }

        @Override
        public Named withSeed(long value) {
            return new Named(className, scaling.withSeed(value));
        }

        @Override
        public Named configure(Properties p) {
            return new Named(
                    className,
                    new VarianceScaling(
                            scaling.scale,
                            scaling.mode,
                            scaling.distribution,
                            Initializers.seed(p, scaling.seed)));
        }
    }
}
