package dev.thaw.plan;

import dev.thaw.op.Binary;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Rectifiable;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Summable;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Lets ops take in what follows them where nobody else reads what lies between: batch
 * normalizations the sum with a residual, and these, convolutions and matrix products a ReLU or
 * ReLU6. It works on a forward pass, before differentiation, so that the fused op's own gradient
 * rule applies; statistics stay as they are.
 */
public final class Fusion {
    /**
     * Set to false, this system property leaves every op as it is: to compare, or to find faults.
     */
    public static final String PROPERTY = "thaw.fusion";

    private final Program program;
    private final List<Program.Instruction> instructions;
    private final Map<Value, Integer> writers = new HashMap<>();
    private final Map<Value, List<Integer>> readers = new HashMap<>();
    private final Set<Value> kept;

    private Fusion(Program program, Set<Value> kept) {
        this.program = program;
        this.kept = kept;
        instructions = new ArrayList<>(program.instructions());
        for (int i = 0; i < instructions.size(); i++) {
            int at = i;
            instructions.get(i).op().outputs().forEach(v -> writers.put(v, at));
            instructions
                    .get(i)
                    .op()
                    .inputs()
                    .forEach(v -> readers.computeIfAbsent(v, r -> new ArrayList<>()).add(at));
        }
    }

    /**
     * Rewrites a forward pass in place.
     *
     * @param kept values that must stay, as somebody will fetch them
     */
    public static void apply(Program program, Set<Value> kept) {
        if ("false".equals(System.getProperty(PROPERTY))) {
            return;
        }
        Fusion f = new Fusion(program, kept);
        for (int i = 0; i < f.instructions.size(); i++) {
            f.addResidual(i);
            f.rectify(i);
        }
        f.instructions.removeIf(Objects::isNull);
        program.rewrite(f.instructions);
    }

    /** The instruction that alone reads this result; -1 where none does. */
    private int onlyReader(Value y) {
        List<Integer> all = readers.getOrDefault(y, List.of());
        return all.size() == 1 && !kept.contains(y) ? all.get(0) : -1;
    }

    private void addResidual(int instruction) {
        if (!(op(instruction) instanceof Summable n)
                || n.residual() != null
                || n.rectifier() != Rectifier.NONE) {
            return;
        }
        int next = onlyReader(n.y());
        if (next >= 0 && op(next) instanceof Binary sum && sum.function() == Binary.Function.ADD) {
            Value residual = sum.a() == n.y() ? sum.b() : sum.a();
            // the op must stay where it is, as others may read its statistics
            boolean ready = writers.getOrDefault(residual, -1) < instruction;
            if (ready && residual.shape().equals(n.y().shape())) {
                put(instruction, next, n.plus(residual, sum.y()));
            }
        }
    }

    private void rectify(int instruction) {
        if (op(instruction) instanceof Rectifiable n && n.rectifier() == Rectifier.NONE) {
            int next = onlyReader(n.y());
            if (next >= 0 && op(next) instanceof Unary u) {
                Rectifier.of(u.fn()).ifPresent(r -> put(instruction, next, n.rectified(r, u.y())));
            }
        }
    }

    /** The op of this instruction, by its number; null where another one has taken it in. */
    private Op op(int instruction) {
        return instructions.get(instruction) == null ? null : instructions.get(instruction).op();
    }

    /** The op in the place of one instruction does what another one did, too. */
    private void put(int instruction, int other, Op op) {
        String scope =
                instructions.get(instruction).scope() + " + " + instructions.get(other).scope();
        instructions.set(instruction, new Program.Instruction(op, scope));
        instructions.set(other, null);
        op.outputs().forEach(v -> writers.put(v, instruction));
        op.inputs().forEach(v -> moveReader(v, other, instruction));
    }

    private void moveReader(Value v, int from, int to) {
        readers.computeIfPresent(
                v,
                (value, all) -> {
                    List<Integer> moved = new ArrayList<>(all);
                    moved.replaceAll(r -> r == from ? to : r);
                    return moved;
                });
    }
}
