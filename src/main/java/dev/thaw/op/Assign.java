package dev.thaw.op;

import java.util.List;

/**
 * target = value for many tensors at once, or one number for every element of all targets. Skipped
 * while health &gt;= 0, see {@link Guard} and {@link Gate}.
 *
 * @param targets FLOAT32 states
 * @param values one per target, of its shape; or a single FLOAT32 number
 * @param health an INT64 number
 */
public record Assign(@Update List<Value> targets, List<Value> values, Value health) implements Op {
    /** Refuses values that do not fit the targets. */
    public Assign {
        targets = List.copyOf(targets);
        values = List.copyOf(values);
        boolean fits = isNumber(values) || values.size() == targets.size();
        for (int i = 0; fits && !isNumber(values) && i < targets.size(); i++) {
            fits = targets.get(i).shape().equals(values.get(i).shape());
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "Assign: takes a value of each target's shape or one number, got %s for %s"
                            .formatted(values, targets));
        }
    }

    /** Whether all targets are filled with one number. */
    public boolean fills() {
        return isNumber(values);
    }

    private static boolean isNumber(List<Value> values) {
        return values.size() == 1 && values.get(0).size() == 1;
    }
}
