package dev.thaw.plan;

import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a program computes of constants and of variables that it does not change: it stays as it is
 * from run to run, until somebody else changes one of these. The ops that compute it come first.
 */
final class Steady {
    private final Set<Value> changing = new HashSet<>();
    private final Set<Value> steady = new HashSet<>();
    private final Set<Value> kept = new HashSet<>();
    private final List<Program.Instruction> first = new ArrayList<>();
    private final List<Program.Instruction> others = new ArrayList<>();

    /**
     * @param fetched values that somebody will read
     */
    Steady(Program program, Set<Value> fetched) {
        program.instructions().forEach(i -> changing.addAll(i.op().updates()));
        program.constants().keySet().forEach(steady::add);
        program.variables().values().stream()
                .filter(v -> !changing.contains(v))
                .forEach(steady::add);
        for (Program.Instruction i : program.instructions()) {
            boolean is = isSteady(i.op());
            (is ? first : others).add(i);
            if (is) {
                steady.addAll(i.op().outputs());
            }
        }
        keep(fetched);
    }

    private boolean isSteady(Op op) {
        return op.updates().isEmpty()
                && op.randomness().isEmpty()
                && steady.containsAll(op.inputs());
    }

    /** What the other ops read, or somebody outside, must last. */
    private void keep(Set<Value> fetched) {
        Map<Value, Value> reshaped = new HashMap<>();
        first.forEach(
                i -> {
                    if (i.op() instanceof Reshape r) {
                        reshaped.put(r.y(), reshaped.getOrDefault(r.x(), r.x()));
                    }
                });
        Set<Value> read = new HashSet<>(fetched);
        others.forEach(i -> read.addAll(i.op().inputs()));
        for (Value v : read) {
            Value root = reshaped.getOrDefault(v, v);
            if (steady.contains(v) && root.role() == Value.Role.TEMP) {
                kept.add(root);
            }
        }
    }

    /** Whether a value stays as it is from run to run. */
    boolean contains(Value v) {
        return steady.contains(v);
    }

    /** Of those that ops compute, the ones that must outlast a run. */
    Set<Value> kept() {
        return kept;
    }

    /** How many ops compute steady values. */
    int count() {
        return first.size();
    }

    /** All ops, those first. */
    List<Program.Instruction> inOrder() {
        List<Program.Instruction> all = new ArrayList<>(first);
        all.addAll(others);
        return all;
    }
}
