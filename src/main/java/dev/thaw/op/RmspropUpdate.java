package dev.thaw.op;

import java.util.List;

/**
 * RMSprop over all weights at once, Keras's form, with epsilon inside the root: v = rho v + (1 -
 * rho) g^2; d = v + epsilon, or centered, with avg = rho avg + (1 - rho) g: d = v - avg^2 +
 * epsilon; u = lr g / sqrt(d); without momentum w = w - u, with it m = momentum m + u; w = w - m.
 * Before that, w = w - w weightDecay lr. The step is skipped while health &gt;= 0, see {@link
 * Guard}.
 *
 * @param weights w
 * @param gradients g, one per weight
 * @param velocities v, one per weight
 * @param momenta m, one per weight; empty where momentum is 0
 * @param averages avg, one per weight; empty where not centered
 * @param learningRate lr: a FLOAT32 number
 * @param health see {@link Guard}; an INT64 number
 * @param rho in [0, 1)
 * @param momentum in [0, 1)
 * @param epsilon added under the root
 * @param weightDecay decay per step and lr, 0 for none
 */
public record RmspropUpdate(
        @Update List<Value> weights,
        List<Value> gradients,
        @Update List<Value> velocities,
        @Update List<Value> momenta,
        @Update List<Value> averages,
        Value learningRate,
        Value health,
        double rho,
        double momentum,
        double epsilon,
        double weightDecay)
        implements Op {}
