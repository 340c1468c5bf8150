package dev.thaw.op;

import java.util.List;

/**
 * Where health is -1 and a number that is watched is NaN or infinite: health = iteration. From then
 * on optimizer ops do nothing, so that the weights stay what they were before the step that failed.
 *
 * @param watched FLOAT32 values: the loss, and gradients
 * @param iteration an INT64 number, at least 0
 * @param health an INT64 number; -1 while all is well
 */
public record Guard(List<Value> watched, Value iteration, @Update Value health) implements Op {
    /** Keeps its own copy of the list. */
    public Guard {
        watched = List.copyOf(watched);
    }
}
