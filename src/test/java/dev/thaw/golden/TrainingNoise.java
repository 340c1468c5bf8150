package dev.thaw.golden;

/**
 * How float32 noise grows while a model is trained. Rounding errors within a step are independent,
 * so they add up as a random walk; those of different steps add up at full size, since each step
 * starts from the weights, wrong as they are, of the one before.
 *
 * @param sides how many of the two computations round to float32: Keras does
 */
record TrainingNoise(int sides) {
    /** Keras against doubles. */
    static final TrainingNoise ONE_SIDE = new TrainingNoise(1);

    /** Keras against float32. */
    static final TrainingNoise BOTH_SIDES = new TrainingNoise(2);

    /** Ops in a row that a step runs in the deepest of these models: 10 forward, 10 backward. */
    private static final int OPS = 20;

    /** Terms of a typical sum: a row of a weight matrix, a column of a batch. */
    private static final int TERMS = 10;

    /** 4 standard deviations of a walk through all terms of all ops. */
    private static final double ROUNDINGS_PER_STEP = 4 * Math.sqrt(OPS * TERMS);

    /** What a model may have gathered in so many steps. */
    Float32Noise after(int steps) {
        return new Float32Noise(
                "float32 noise of " + steps + " steps", sides * steps * ROUNDINGS_PER_STEP, 1);
    }
}
