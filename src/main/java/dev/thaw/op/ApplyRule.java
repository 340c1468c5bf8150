package dev.thaw.op;

import java.util.List;

/**
 * One step of an update rule over all elements of many tensors at once. Before it, w = w - w
 * weightDecay lr for those that are decayed. The step is skipped while health &gt;= 0, see {@link
 * Guard} and {@link Gate}.
 *
 * @param rule the formula
 * @param weights w
 * @param gradients g, one per weight; empty where the rule reads none
 * @param slots for each of the rule's slots a list with one state per weight
 * @param product a FLOAT32 number that the rule reads; null where it does not
 * @param learningRate lr: a FLOAT32 number
 * @param iteration updates done so far: an INT64 number
 * @param health an INT64 number
 * @param weightDecay decay per step and lr
 * @param decayed how many of the weights are decayed: the first ones
 */
public record ApplyRule(
        UpdateRule rule,
        @Update List<Value> weights,
        List<Value> gradients,
        @Update List<List<Value>> slots,
        Value product,
        Value learningRate,
        Value iteration,
        Value health,
        double weightDecay,
        int decayed)
        implements Op {
    /** Refuses lists that are not the rule's. */
    public ApplyRule {
        weights = List.copyOf(weights);
        gradients = List.copyOf(gradients);
        slots = slots.stream().map(List::copyOf).toList();
        int n = weights.size();
        require(rule, "gradients", gradients.size(), rule.readsGradients() ? n : 0);
        require(rule, "slots", slots.size(), rule.slots().size());
        for (int i = 0; i < slots.size(); i++) {
            require(rule, rule.slots().get(i), slots.get(i).size(), n);
        }
        if (decayed < 0 || decayed > n) {
            throw new IllegalArgumentException(
                    "ApplyRule: of %s weights %s cannot be decayed".formatted(n, decayed));
        }
        require(rule, "product", product == null ? 0 : 1, rule instanceof UpdateRule.Nadam ? 1 : 0);
    }

    private static void require(UpdateRule rule, String what, int got, int wanted) {
        if (got != wanted) {
            throw new IllegalArgumentException(
                    "ApplyRule: %s takes %s of %s, got %s".formatted(rule, wanted, what, got));
        }
    }
}
