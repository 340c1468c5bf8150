package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.UnaryLayer;

/**
 * A layer that draws random numbers in training and Monte-Carlo mode, frozen or not. What it draws
 * is a function of its seed, the step, the call and the element's index.
 *
 * @param <S> the layer itself
 */
public abstract class RandomLayer<S extends RandomLayer<S>> extends UnaryLayer<S> {
    private final long automatic = RandomSeed.next();
    private Long seed;

    /** The walk over the seed, for the place where Keras's class has it. */
    protected final void seed(Properties p) {
        seed = p.longOrNull("seed", seed);
    }

    /**
     * Which random numbers to draw; default: what {@link RandomSeed} gave when the layer was made.
     */
    public final S seed(long value) {
        return with("seed", value);
    }

    /** The seed that counts. */
    protected final long seed() {
        return seed == null ? automatic : seed;
    }

    @Override
    public final boolean supportsMasking() {
        return true;
    }
}
