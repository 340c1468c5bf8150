package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

import java.util.List;

/**
 * What {@link Adam} and {@link AdamW} share: all but their default decay.
 *
 * @param <S> the optimizer itself
 */
abstract class AdamFamily<S extends AdamFamily<S>> extends StandardOptimizer<S> {
    private double beta1 = .9;
    private double beta2 = .999;
    private double epsilon = 1e-7;
    private boolean amsgrad;

    AdamFamily(double learningRate) {
        super(learningRate);
    }

    AdamFamily(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Decay of the first moment, in [0, 1); default 0.9. */
    public final S beta1(double value) {
        return with("beta_1", value);
    }

    /** Decay of the second moment, in [0, 1); default 0.999. */
    public final S beta2(double value) {
        return with("beta_2", value);
    }

    /** Added to the root; default 1e-7. */
    public final S epsilon(double value) {
        return with("epsilon", value);
    }

    /**
     * Whether the largest second moment so far takes the second moment's place; default false. The
     * formula is {@link UpdateRule.Amsgrad}'s then.
     */
    public final S amsgrad(boolean value) {
        return with("amsgrad", value);
    }

    @Override
    protected final UpdateRule rule() {
        return amsgrad
                ? new UpdateRule.Amsgrad(beta1, beta2, epsilon)
                : new UpdateRule.Adam(beta1, beta2, epsilon);
    }

    /** What amsgrad adds comes in a pass of its own. */
    @Override
    protected final List<List<String>> slotOrder() {
        List<String> all = rule().slots();
        return amsgrad ? List.of(all.subList(0, 2), all.subList(2, 3)) : List.of(all);
    }

    @Override
    protected final void properties(Properties p) {
        beta1 = p.number("beta_1", beta1, Range.BELOW_ONE);
        beta2 = p.number("beta_2", beta2, Range.BELOW_ONE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
        amsgrad = p.bool("amsgrad", amsgrad);
    }
}
