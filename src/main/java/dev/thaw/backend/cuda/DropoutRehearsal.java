package dev.thaw.backend.cuda;

import dev.thaw.op.Dropout;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

/**
 * Trials of dropout draw a mask and apply it once more, as a training step does. Masks of two
 * candidates differ, so that each is judged by itself: on ones, every element is 0 or the scale,
 * and as many are 0 as the rate says.
 */
final class DropoutRehearsal implements Rehearsal {
    /** How many standard deviations of a binomial proportion are still chance. */
    private static final double CHANCE = 6;

    @Override
    public String key(Op op) {
        Dropout o = (Dropout) op;
        return "Dropout " + o.x().shape() + " noise " + o.noise();
    }

    @Override
    public int runs() {
        return 2;
    }

    @Override
    public Spread content(Op op, Value operand) {
        return new Spread(1, 0);
    }

    @Override
    public String wrong(Op op, Value result, float[] own, float[] got) {
        Dropout o = (Dropout) op;
        float kept = (float) o.scale();
        int dropped = 0;
        for (float v : got) {
            if (v != 0 && !(Math.abs(v - kept) <= 2 * Math.ulp(kept))) {
                return "an element is %s, neither 0 nor %s".formatted(v, kept);
            }
            dropped += v == 0 ? 1 : 0;
        }
        double n = got.length;
        double part = dropped / n;
        double chance = CHANCE * Math.sqrt(o.rate() * (1 - o.rate()) / n) + 1 / n;
        return Math.abs(part - o.rate()) <= chance
                ? null
                : "drops %s of the elements at rate %s".formatted(part, o.rate());
    }
}
