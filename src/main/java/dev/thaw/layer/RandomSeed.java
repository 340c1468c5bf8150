package dev.thaw.layer;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Where layers and initializers without a seed of their own get one. As in Keras it differs from
 * process to process until {@link #set} fixes it.
 */
public final class RandomSeed {
    private static SplittableRandom source = new SplittableRandom(new SecureRandom().nextLong());

    private RandomSeed() {}

    /**
     * From now on the same calls in the same order draw the same seeds: {@code
     * keras.utils.set_random_seed}.
     */
    public static synchronized void set(long seed) {
        source = new SplittableRandom(seed);
    }

    /** The next seed. */
    public static synchronized long next() {
        return source.nextLong();
    }
}
