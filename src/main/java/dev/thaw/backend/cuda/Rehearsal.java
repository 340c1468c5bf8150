package dev.thaw.backend.cuda;

import dev.thaw.op.Op;
import dev.thaw.op.Value;

import java.util.SplittableRandom;

/** What a {@link Trial} must know of a kind of ops. */
interface Rehearsal {
    /** Numbers evenly over [centre - width, centre + width]. */
    record Spread(double centre, double width) {
        float[] draw(long seed, int n) {
            SplittableRandom random = new SplittableRandom(seed);
            float[] all = new float[n];
            for (int i = 0; i < n; i++) {
                all[i] = (float) (centre + width * (2 * random.nextDouble() - 1));
            }
            return all;
        }
    }

    /** What of the op decides who is the fastest. */
    String key(Op op);

    /** How many of the op run one after another, as in a training step. */
    default int runs() {
        return 1;
    }

    /** What a float operand holds. */
    Spread content(Op op, Value operand);

    /**
     * What is wrong with a candidate's result, beside what our kernels made of the same numbers, in
     * words; null where nothing is.
     *
     * @param result a result of the op
     * @param own its first elements by our kernels
     * @param got the same elements by the candidate
     */
    String wrong(Op op, Value result, float[] own, float[] got);
}
