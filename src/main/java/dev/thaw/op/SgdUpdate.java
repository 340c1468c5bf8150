package dev.thaw.op;

import java.util.List;

/**
 * Stochastic gradient descent over all weights at once, with g the gradient and lr the learning
 * rate. Without momentum: w = w - lr g. With it: m = momentum m - lr g; w = w + m, or by Nesterov w
 * = w + momentum m - lr g with the new m. Before that, w = w - w weightDecay lr. The step is
 * skipped while health &gt;= 0, see {@link Guard}.
 *
 * @param weights w
 * @param gradients g, one per weight
 * @param momenta m, one per weight; empty where momentum is 0
 * @param learningRate lr: a FLOAT32 number
 * @param health see {@link Guard}; an INT64 number
 * @param momentum in [0, 1)
 * @param nesterov whether Nesterov's form is used
 * @param weightDecay decay per step and lr, 0 for none
 */
public record SgdUpdate(
        @Update List<Value> weights,
        List<Value> gradients,
        @Update List<Value> momenta,
        Value learningRate,
        Value health,
        double momentum,
        boolean nesterov,
        double weightDecay)
        implements Op {}
