package dev.thaw.op;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation of a {@link Program}: walks the ops backwards, asks each for its own
 * gradient rule, and sums the contributions. What no wanted value depends on is never visited.
 *
 * <p>An op's rule calls {@link #of} for the gradient of what it wrote, {@link #wants} to ask which
 * inputs matter, and {@link #sink} for a fresh value to write an input's contribution to.
 */
public final class Gradients {
    private final Program program;
    private final Set<Value> dependent = new HashSet<>();
    private final Map<Value, Value> gradients = new HashMap<>();
    private final Map<Value, Set<Value>> passed = new HashMap<>();
    private final List<Runnable> sums = new ArrayList<>();
    private Op visited;

    private Gradients(Program program) {
        this.program = program;
    }

    /** d loss / d each of {@code wrt}; values that the loss does not depend on are absent. */
    public static Map<Value, Value> of(Program program, Value loss, Collection<Value> wrt) {
        if (loss.size() != 1) {
            throw new IllegalArgumentException(
                    "the loss must be one number, its shape is " + loss.shape());
        }
        program.keepWhatWillChange();
        String scope = program.scope();
        program.setScope("loss");
        Value one = program.temp("d_loss", loss.shape());
        int before = program.instructions().size();
        program.emit(new Fill(one, 1));
        program.setScope(scope);
        return backward(program, Map.of(loss, one), wrt, before).results(wrt);
    }

    /** The vector-Jacobian product: gradients of {@code wrt} under the given upstream gradients. */
    public static Map<Value, Value> of(
            Program program, Map<Value, Value> upstream, Collection<Value> wrt) {
        program.keepWhatWillChange();
        return backward(program, upstream, wrt, program.instructions().size()).results(wrt);
    }

    /**
     * Where gradients flow from some values back to others, found by the rules themselves: what
     * {@link #of} would differentiate, and nothing else.
     */
    public static Flow flow(Program program, Collection<Value> from, Collection<Value> wrt) {
        Map<Value, Value> upstream = new HashMap<>();
        from.forEach(v -> upstream.put(v, program.input("d_" + v.name(), v.shape(), v.dtype())));
        program.keepWhatWillChange();
        Gradients g = backward(program, upstream, wrt, program.instructions().size());
        Set<Value> reached = new HashSet<>(g.gradients.keySet());
        reached.retainAll(g.dependent);
        return new Flow(reached, g.passed);
    }

    /**
     * Where gradients flow.
     *
     * @param reached the values that have a gradient and lead to a wanted one
     * @param passed by a value that gets a gradient: what the ops wrote that pass it one
     */
    public record Flow(Set<Value> reached, Map<Value, Set<Value>> passed) {
        /** Whether a gradient reaches this value. */
        public boolean reaches(Value v) {
            return reached.contains(v);
        }

        /** Whether one of the ops that wrote these values passes a gradient to {@code input}. */
        public boolean passes(Collection<Value> written, Value input) {
            return reaches(input)
                    && written.stream().anyMatch(passed.getOrDefault(input, Set.of())::contains);
        }
    }

    private static Gradients backward(
            Program program, Map<Value, Value> upstream, Collection<Value> wrt, int end) {
        Gradients g = new Gradients(program);
        g.gradients.putAll(upstream);
        g.markDependents(wrt, end);
        String scope = program.scope();
        for (int i = end - 1; i >= 0; i--) {
            Program.Instruction instruction = program.instructions().get(i);
            boolean reached =
                    instruction.op().outputs().stream().anyMatch(g.gradients::containsKey);
            if (reached && instruction.op().outputs().stream().anyMatch(g.dependent::contains)) {
                program.setScope(instruction.scope());
                g.visited = instruction.op();
                instruction.op().gradient(g);
                List<Runnable> pending = List.copyOf(g.sums);
                g.sums.clear();
                pending.forEach(Runnable::run);
            }
        }
        program.setScope(scope);
        return g;
    }

    private Map<Value, Value> results(Collection<Value> wrt) {
        Map<Value, Value> result = new LinkedHashMap<>();
        for (Value v : wrt) {
            if (gradients.containsKey(v)) {
                result.put(v, gradients.get(v));
            }
        }
        return result;
    }

    private void markDependents(Collection<Value> wrt, int end) {
        dependent.addAll(wrt);
        for (Program.Instruction instruction : program.instructions().subList(0, end)) {
            if (instruction.op().differentiable().stream().anyMatch(dependent::contains)) {
                dependent.addAll(instruction.op().outputs());
            }
        }
    }

    /** The gradient of something the op wrote; null where the loss does not depend on it. */
    public Value of(Value output) {
        return gradients.get(output);
    }

    /** True where this input (which may be absent) leads to a wanted value. */
    public boolean wants(Value input) {
        return input != null && dependent.contains(input);
    }

    /** A fresh value for this op's contribution to the gradient of {@code input}. */
    public Value sink(Value input) {
        Value contribution = program.temp("d_" + input.name(), input.shape());
        pass(input, contribution);
        return contribution;
    }

    /** Like {@link #sink}, but null where the gradient of {@code input} is not wanted. */
    public Value sinkIfWanted(Value input) {
        return wants(input) ? sink(input) : null;
    }

    /** Adds an existing value, unchanged, to the gradient of {@code input}. */
    public void pass(Value input, Value contribution) {
        passed.computeIfAbsent(input, v -> new HashSet<>()).addAll(visited.outputs());
        Value earlier = gradients.get(input);
        if (earlier == null) {
            gradients.put(input, contribution);
            return;
        }
        Value sum = program.temp("d_" + input.name(), input.shape());
        gradients.put(input, sum);
        sums.add(() -> program.emit(new Binary(earlier, contribution, sum, Binary.Function.ADD)));
    }

    /** The layer whose op is differentiated. */
    String scope() {
        return program.scope();
    }

    /** A fresh value for something in between. */
    public Value temp(String name, Shape shape) {
        return program.temp(name, shape);
    }

    /** Adds an op to the backward pass. */
    public void emit(Op op) {
        program.emit(op);
    }
}
