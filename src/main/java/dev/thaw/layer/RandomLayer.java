package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Map;

/**
 * A layer that draws random numbers in training and Monte-Carlo mode, frozen or not. What it draws
 * is a function of its seed, the step, the call and the element's index.
 */
abstract class RandomLayer<S extends RandomLayer<S>> extends UnaryLayer {
    private long seed = RandomSeed.next();
    private Long givenSeed;

    abstract S self();

    /** Which random numbers to draw; without it {@link RandomSeed} decided at construction. */
    public final S seed(long value) {
        refuseIfBuilt("seed");
        seed = value;
        givenSeed = value;
        return self();
    }

    final long seed() {
        return seed;
    }

    @Override
    protected Shape outputShape(Shape input) {
        return input;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("seed", givenSeed);
    }

    @Override
    public final boolean supportsMasking() {
        return true;
    }
}
