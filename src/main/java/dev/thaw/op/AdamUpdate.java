package dev.thaw.op;

import java.util.List;

/**
 * Adam over all weights at once, Keras's form. With t = iteration + 1 and a = lr sqrt(1 - beta2^t)
 * / (1 - beta1^t): m = m + (g - m)(1 - beta1); v = v + (g^2 - v)(1 - beta2); w = w - a m / (sqrt(v)
 * + epsilon). Epsilon is outside the root and not bias-corrected. Before that, w = w - w
 * weightDecay lr (AdamW). The step is skipped while health &gt;= 0, see {@link Guard}.
 *
 * @param weights w
 * @param gradients g, one per weight
 * @param first m, one per weight
 * @param second v, one per weight
 * @param learningRate lr: a FLOAT32 number
 * @param iteration steps taken so far: an INT64 number
 * @param health see {@link Guard}; an INT64 number
 * @param beta1 in [0, 1)
 * @param beta2 in [0, 1)
 * @param epsilon added to the root
 * @param weightDecay decay per step and lr, 0 for none
 */
public record AdamUpdate(
        @Update List<Value> weights,
        List<Value> gradients,
        @Update List<Value> first,
        @Update List<Value> second,
        Value learningRate,
        Value iteration,
        Value health,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay)
        implements Op {}
