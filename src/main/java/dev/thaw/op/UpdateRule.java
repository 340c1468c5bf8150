package dev.thaw.op;

/**
 * A formula of {@link RuleUpdate}: what becomes of a weight w and of its states when its gradient
 * is g, the learning rate lr and t = iteration + 1. Constants are rounded to float32; what depends
 * on t alone is computed in double precision.
 */
public sealed interface UpdateRule {
    /** How many lists of states, from the first on, the rule has. */
    int states();

    /** Whether the rule reads gradients. */
    default boolean readsGradients() {
        return true;
    }

    /**
     * Duchi et al. (2011): first = first + g^2; w = w - lr g / sqrt(first + epsilon).
     *
     * @param epsilon added under the root
     */
    record Adagrad(double epsilon) implements UpdateRule {
        @Override
        public int states() {
            return 1;
        }
    }

    /**
     * Zeiler (2012): first = rho first + (1 - rho) g^2; d = -g sqrt(second + epsilon) / sqrt(first
     * + epsilon); second = rho second + (1 - rho) d^2; w = w + lr d.
     *
     * @param rho decay of the averages, in [0, 1)
     * @param epsilon added under both roots
     */
    record Adadelta(double rho, double epsilon) implements UpdateRule {
        @Override
        public int states() {
            return 2;
        }
    }

    /**
     * Kingma and Ba (2014), by the largest gradient: first = first + (g - first)(1 - beta1); second
     * = max(beta2 second, |g|); w = w - lr first / ((1 - beta1^t)(second + epsilon)).
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the largest gradient
     */
    record Adamax(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public int states() {
            return 2;
        }
    }

    /**
     * Reddi et al. (2018): {@link AdamUpdate} with third = max(third, second) in the place of
     * second in the step, none of them corrected.
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the root
     */
    record Amsgrad(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public int states() {
            return 3;
        }
    }

    /**
     * Dozat (2016). With u_t = beta1 (1 - 0.96^t / 2) and P the product of u_1 to u_t, which {@link
     * NadamProduct} has made: first = first + (g - first)(1 - beta1); second = second + (g^2 -
     * second)(1 - beta2); m = u_{t+1} first / (1 - P u_{t+1}) + (1 - u_t) g / (1 - P); w = w - lr m
     * / (sqrt(second / (1 - beta2^t)) + epsilon).
     *
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon added to the root
     */
    record Nadam(double beta1, double beta2, double epsilon) implements UpdateRule {
        @Override
        public int states() {
            return 2;
        }
    }

    /**
     * w = w beta1 (1 - 0.96^t / 2): the product that {@link Nadam} reads.
     *
     * @param beta1 in [0, 1)
     */
    record NadamProduct(double beta1) implements UpdateRule {
        @Override
        public int states() {
            return 0;
        }

        @Override
        public boolean readsGradients() {
            return false;
        }
    }

    /**
     * Chen et al. (2023): w = w - lr sign(beta1 first + (1 - beta1) g); then first = beta2 first +
     * (1 - beta2) g.
     *
     * @param beta1 in (0, 1]
     * @param beta2 in [0, 1]
     */
    record Lion(double beta1, double beta2) implements UpdateRule {
        @Override
        public int states() {
            return 1;
        }
    }

    /**
     * McMahan et al. (2013). n = first + g^2; second = second + g + 2 shrinkage w - (n^-power -
     * first^-power) w / lr; w = (clip(second, -l1, l1) - second) / (n^-power / lr + 2 l2 + beta /
     * lr); first = n.
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
        public int states() {
            return 2;
        }
    }

    /**
     * A moving average of the weights: first = momentum first + (1 - momentum) w, or first = w
     * where t is 1; then, where t is a multiple of the frequency, w = first.
     *
     * @param momentum weight of the old average, in [0, 1]
     * @param frequency at which steps the average becomes the weight; 0 for never
     */
    record WeightAverage(double momentum, int frequency) implements UpdateRule {
        @Override
        public int states() {
            return 1;
        }

        @Override
        public boolean readsGradients() {
            return false;
        }
    }

    /** w = w + g. */
    record Add() implements UpdateRule {
        @Override
        public int states() {
            return 0;
        }
    }

    /** w = g. */
    record Assign() implements UpdateRule {
        @Override
        public int states() {
            return 0;
        }
    }

    /** w = 0. */
    record Clear() implements UpdateRule {
        @Override
        public int states() {
            return 0;
        }

        @Override
        public boolean readsGradients() {
            return false;
        }
    }
}
