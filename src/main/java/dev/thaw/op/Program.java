package dev.thaw.op;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ops in the order in which they run, and the values between them. A program knows no mode, no
 * layer and no memory; a plan is made from it.
 */
public final class Program {
    /**
     * One op with the path of the layer that asked for it.
     *
     * @param op what runs
     * @param scope who asked: a layer's path, or a phase such as {@code loss}
     */
    public record Instruction(Op op, String scope) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Value> inputs = new ArrayList<>();
    private final Map<Variable, Value> variables = new LinkedHashMap<>();
    private final Map<Value, Tensor> constants = new LinkedHashMap<>();
    private final Map<Value, Op> producers = new HashMap<>();
    private int nextId;
    private String scope = "";

    private Value value(String name, Shape shape, DType dtype, Value.Role role) {
        if (!shape.isKnown()) {
            throw new IllegalStateException(
                    "value %s of %s: a program needs every extent, got %s"
                            .formatted(name, scope, shape));
        }
        Budget.requireSize(scope.isEmpty() ? name : scope, "the value '%s'".formatted(name), shape);
        return new Value(nextId++, name, shape, dtype, role);
    }

    /** A value that is fed before each run. */
    public Value input(String name, Shape shape, DType dtype) {
        Value v = value(name, shape, dtype, Value.Role.INPUT);
        inputs.add(v);
        return v;
    }

    /** The value of a variable; the same one each time it is asked for. */
    public Value variable(Variable variable) {
        return variables.computeIfAbsent(
                variable, w -> value(w.name(), w.shape(), w.dtype(), Value.Role.VARIABLE));
    }

    /** A value that never changes. */
    public Value constant(String name, Tensor content) {
        Value v = value(name, content.shape(), content.dtype(), Value.Role.CONSTANT);
        constants.put(v, content);
        return v;
    }

    /** A FLOAT32 value that an op of this program writes. */
    public Value temp(String name, Shape shape) {
        return temp(name, shape, DType.FLOAT32);
    }

    /** A value that an op of this program writes. */
    public Value temp(String name, Shape shape, DType dtype) {
        return value(name, shape, dtype, Value.Role.TEMP);
    }

    /** Appends an op. Each value is written by one op only, and before it is read. */
    public void emit(Op op) {
        for (Value in : op.inputs()) {
            if (!isDefined(in)) {
                throw new IllegalStateException(
                        "%s of %s reads %s (%s), which no op before it in this program has written"
                                .formatted(op.print(), scope, in, in.name()));
            }
        }
        for (Value out : op.outputs()) {
            if (producers.putIfAbsent(out, op) != null) {
                throw new IllegalStateException(
                        "%s of %s is written twice, by %s".formatted(out, scope, op.print()));
            }
        }
        instructions.add(new Instruction(op, scope));
    }

    /** Names whoever emits the next ops. */
    public void setScope(String path) {
        scope = path;
    }

    /** Who emits now. */
    public String scope() {
        return scope;
    }

    /** Whether a value has a content here: it is fed or kept, or an op has written it. */
    public boolean isDefined(Value value) {
        return value.role() != Value.Role.TEMP || producers.containsKey(value);
    }

    /** The op that writes this value; null for inputs, variables and constants. */
    public Op producer(Value value) {
        return producers.get(value);
    }

    /** The ops in running order. */
    public List<Instruction> instructions() {
        return Collections.unmodifiableList(instructions);
    }

    /** What is fed, in the order of declaration. */
    public List<Value> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** The variables in use and their values. */
    public Map<Variable, Value> variables() {
        return Collections.unmodifiableMap(variables);
    }

    /** The constants and their contents. */
    public Map<Value, Tensor> constants() {
        return Collections.unmodifiableMap(constants);
    }

    /**
     * Where an op reads a variable that a later op changes, lets it read a copy instead, so that
     * its gradient, which runs after both, sees what the op saw.
     */
    void keepWhatWillChange() {
        Map<Value, Integer> lastChange = new HashMap<>();
        for (int i = 0; i < instructions.size(); i++) {
            for (Value v : instructions.get(i).op().updates()) {
                lastChange.put(v, i);
            }
        }
        List<Instruction> kept = new ArrayList<>();
        for (int i = 0; i < instructions.size(); i++) {
            Instruction instruction = instructions.get(i);
            Op op = instruction.op();
            for (Value v : instruction.op().inputs()) {
                boolean changesLater = lastChange.getOrDefault(v, -1) > i;
                if (changesLater
                        && v.dtype() == DType.FLOAT32
                        && !instruction.op().updates().contains(v)) {
                    Value copy = value(v.name() + "_then", v.shape(), v.dtype(), Value.Role.TEMP);
                    Op copying = new Affine(v, copy, 1, 0);
                    producers.put(copy, copying);
                    kept.add(new Instruction(copying, instruction.scope()));
                    op = Operands.replaceRead(op, v, copy);
                }
            }
            for (Value out : op.outputs()) {
                producers.put(out, op);
            }
            kept.add(new Instruction(op, instruction.scope()));
        }
        instructions.clear();
        instructions.addAll(kept);
    }

    /** Puts these instructions in the place of all that there are, under {@link #emit}'s rules. */
    public void rewrite(List<Instruction> better) {
        List<Instruction> all = List.copyOf(better);
        instructions.clear();
        producers.clear();
        String emitting = scope;
        for (Instruction s : all) {
            scope = s.scope();
            emit(s.op());
        }
        scope = emitting;
    }

    /** Drops every op that changes a state, so that running the program leaves no trace. */
    public void dropUpdates() {
        instructions.removeIf(s -> !s.op().updates().isEmpty());
    }

    /** Drops every op that neither changes a state nor leads to one of the wanted values. */
    public void prune(Set<Value> wanted) {
        Set<Value> live = new HashSet<>(wanted);
        List<Instruction> kept = new ArrayList<>();
        for (int i = instructions.size() - 1; i >= 0; i--) {
            Op op = instructions.get(i).op();
            if (!op.updates().isEmpty() || op.outputs().stream().anyMatch(live::contains)) {
                live.addAll(op.inputs());
                kept.add(instructions.get(i));
            } else {
                op.outputs().forEach(producers::remove);
            }
        }
        Collections.reverse(kept);
        instructions.clear();
        instructions.addAll(kept);
        variables.values().removeIf(v -> !live.contains(v) && !isUpdated(v));
        constants.keySet().removeIf(v -> !live.contains(v));
    }

    private boolean isUpdated(Value v) {
        return instructions.stream().anyMatch(s -> s.op().updates().contains(v));
    }

    /** One line per op. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (Instruction instruction : instructions) {
            s.append(String.format("%-28s %s%n", instruction.scope(), instruction.op().print()));
        }
        return s.toString();
    }
}
