package dev.thaw.op;

import java.util.List;
import java.util.Locale;

/**
 * A formula of {@link ApplyRule}: what becomes of a weight w and of its slots when its gradient is
 * g, the learning rate lr and t = iteration + 1. Constants are rounded to float32, and so is what
 * depends on t alone, at the end of its computation. In Keras's notation throughout.
 */
public sealed interface UpdateRule {
    /** The names of the rule's slots, the states that each element of a weight has. */
    default List<String> slots() {
        return List.of();
    }

    /** The rule's numbers in the order of its record. */
    default double[] constants() {
        return Operands.numbers(this);
    }

    /** Whether the rule reads gradients. */
    default boolean readsGradients() {
        return true;
    }

    /** The formula's name: {@code nadam_product}. */
    default String formula() {
        return getClass()
                .getSimpleName()
                .replaceAll("(?<=.)([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    /** Stochastic gradient descent: w = w - lr g. */
    record Sgd() implements UpdateRule {}

    /**
     * momentum = momentum c - lr g; w = w + momentum.
     *
     * @param momentum c, in [0, 1)
     */
    record Momentum(double momentum) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum");
        }
    }

    /**
     * momentum = momentum c - lr g; w = w + momentum c - lr g.
     *
     * @param momentum c, in [0, 1)
     */
    record Nesterov(double momentum) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum");
        }
    }

    /**
     * velocity = rho velocity + (1 - rho) g^2; d = velocity, or centered, with average_gradient =
     * rho average_gradient + (1 - rho) g: d = velocity - average_gradient^2; u = lr g / sqrt(d +
     * epsilon); w = w - u, or with momentum c: momentum = c momentum + u; w = w - momentum.
     *
     * @param rho in [0, 1)
     * @param momentum c, in [0, 1); 0 for none
     * @param epsilon added under the root
     * @param centered whether the mean gradient's square is subtracted
     */
    record Rmsprop(double rho, double momentum, double epsilon, boolean centered)
            implements UpdateRule {
        @Override
        public List<String> slots() {
            return momentum == 0
                    ? centered ? List.of("velocity", "average_gradient") : List.of("velocity")
                    : centered
                            ? List.of("velocity", "momentum", "average_gradient")
                            : List.of("velocity", "momentum");
        }

        @Override
        public String formula() {
            return "rmsprop%s%s"
                    .formatted(momentum == 0 ? "" : "_momentum", centered ? "_centered" : "");
        }
    }

    /**
     * Kingma and Ba (2014) with a = lr sqrt(1 - beta2^t) / (1 - beta1^t): momentum = momentum + (g
     * - momentum)(1 - beta1); velocity = velocity + (g^2 - velocity)(1 - beta2); w = w - a momentum
     * / (sqrt(velocity) + epsilon). Epsilon is outside the root and not corrected.
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the root
     */
    record Adam(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum", "velocity");
        }
    }

    /**
     * Reddi et al. (2018): {@link Adam} with velocity_hat = max(velocity_hat, velocity) in the
     * place of velocity in the last step, neither corrected.
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the root
     */
    record Amsgrad(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum", "velocity", "velocity_hat");
        }
    }

    /**
     * Kingma and Ba (2014), by the largest gradient: momentum = momentum + (g - momentum)(1 -
     * beta1); norm = max(beta2 norm, |g|); w = w - lr momentum / ((1 - beta1^t)(norm + epsilon)).
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the largest gradient
     */
    record Adamax(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum", "norm");
        }
    }

    /**
     * Dozat (2016). With u_t = beta1 (1 - 0.96^t / 2) and P the product of u_1 to u_t, which {@link
     * NadamProduct} has made: momentum and velocity as in {@link Adam}; m = u_{t+1} momentum / (1 -
     * P u_{t+1}) + (1 - u_t) g / (1 - P); w = w - lr m / (sqrt(velocity / (1 - beta2^t)) +
     * epsilon).
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the root
     */
    record Nadam(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum", "velocity");
        }
    }

    /**
     * w = w beta1 (1 - 0.96^t / 2): the product that {@link Nadam} reads.
     *
     * @param beta1 in [0, 1)
     */
    record NadamProduct(double beta1) implements UpdateRule {
        @Override
        public boolean readsGradients() {
            return false;
        }
    }

    /**
     * Duchi et al. (2011): accumulator = accumulator + g^2; w = w - lr g / sqrt(accumulator +
     * epsilon).
     *
     * @param epsilon added under the root
     */
    record Adagrad(double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("accumulator");
        }
    }

    /**
     * Zeiler (2012), with G the first slot and D the second: G = rho G + (1 - rho) g^2; d = -g
     * sqrt(D + epsilon) / sqrt(G + epsilon); D = rho D + (1 - rho) d^2; w = w + lr d.
     *
     * @param rho decay of the averages, in [0, 1)
     * @param epsilon added under both roots
     */
    record Adadelta(double rho, double epsilon) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("accumulated_grad", "accumulated_delta_var");
        }
    }

    /**
     * Chen et al. (2023): w = w - lr sign(beta1 momentum + (1 - beta1) g); then momentum = beta2
     * momentum + (1 - beta2) g. Here 1 - beta is computed in float32, as in Keras.
     *
     * @param beta1 in (0, 1]
     * @param beta2 in [0, 1]
     */
    record Lion(double beta1, double beta2) implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("momentum");
        }
    }

    /**
     * McMahan et al. (2013), with A the accumulator: n = A + g^2; linear = linear + g + 2 shrinkage
     * w - (n^-power - A^-power) w / lr; w = (clip(linear, -l1, l1) - linear) / (n^-power / lr + 2
     * l2 + beta / lr); A = n.
     *
     * @param power how the rate falls, at most 0
     * @param l1 strength of the absolute values, at least 0
     * @param l2 strength of the squares, at least 0
     * @param shrinkage strength of the squares that is not stabilized, at least 0
     * @param beta added to the rate's denominator
     */
    record Ftrl(double power, double l1, double l2, double shrinkage, double beta)
            implements UpdateRule {
        @Override
        public List<String> slots() {
            return List.of("accumulator", "linear");
        }
    }

    /**
     * A moving average w of g: w = momentum w + (1 - momentum) g, or w = g where t is 1.
     *
     * @param momentum weight of the old average, in [0, 1]
     */
    record Average(double momentum) implements UpdateRule {}

    /** w = w + g. */
    record Sum() implements UpdateRule {}
}
