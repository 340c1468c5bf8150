package dev.thaw.op;

import java.util.List;

/**
 * A formula over all elements of many tensors at once: the optimizers that have no op of their own,
 * and what goes with them. Before it, w = w - w weightDecay lr. The step is skipped while health
 * &gt;= 0, see {@link Guard} and {@link Gate}.
 *
 * @param weights w
 * @param gradients g, one per weight; empty where the rule reads none
 * @param first the rule's first states, one per weight; empty where it has none
 * @param second the rule's second states
 * @param third the rule's third states
 * @param product a FLOAT32 number that the rule reads; null where it does not
 * @param learningRate lr: a FLOAT32 number; null where the rule has none
 * @param iteration updates done so far: an INT64 number
 * @param health an INT64 number
 * @param rule the formula
 * @param weightDecay decay per step and lr, 0 for none
 */
public record RuleUpdate(
        @Update List<Value> weights,
        List<Value> gradients,
        @Update List<Value> first,
        @Update List<Value> second,
        @Update List<Value> third,
        Value product,
        Value learningRate,
        Value iteration,
        Value health,
        UpdateRule rule,
        double weightDecay)
        implements Op {
    /** Refuses lists that are not the rule's. */
    public RuleUpdate {
        weights = List.copyOf(weights);
        gradients = List.copyOf(gradients);
        first = List.copyOf(first);
        second = List.copyOf(second);
        third = List.copyOf(third);
        int n = weights.size();
        require(rule, "gradients", gradients.size(), rule.readsGradients() ? n : 0);
        require(rule, "first", first.size(), rule.states() > 0 ? n : 0);
        require(rule, "second", second.size(), rule.states() > 1 ? n : 0);
        require(rule, "third", third.size(), rule.states() > 2 ? n : 0);
        require(rule, "product", product == null ? 0 : 1, rule instanceof UpdateRule.Nadam ? 1 : 0);
    }

    private static void require(UpdateRule rule, String what, int got, int wanted) {
        if (got != wanted) {
            throw new IllegalArgumentException(
                    "RuleUpdate: " + rule + " takes " + wanted + " of " + what + ", got " + got);
        }
    }

    /** The weights and the rule's states, list by list: what is changed. */
    public List<List<Value>> changed() {
        return List.of(weights, first, second, third).subList(0, 1 + rule.states());
    }
}
