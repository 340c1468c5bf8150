package dev.thaw.plan;

import dev.thaw.op.MovingAverage;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves all moving statistics of a pass by one op: on a GPU each launch costs more than the few
 * numbers of a layer. They move where the pass ends, or as late as nobody can tell: before an op
 * that reads one of them, and before a second update of the same one, as of a layer that is called
 * twice.
 */
public final class JoinedAverages {
    /** What waits to be moved with one momentum. */
    private static final class Group {
        private final List<Value> moving = new ArrayList<>();
        private final List<Value> batch = new ArrayList<>();
        private final Set<String> scopes = new HashSet<>();
        private String first;

        void add(MovingAverage op, String scope) {
            moving.addAll(op.moving());
            batch.addAll(op.batch());
            scopes.add(scope);
            first = first == null ? scope : first;
        }

        Program.Instruction instruction(double momentum) {
            int others = scopes.size() - 1;
            return new Program.Instruction(
                    new MovingAverage(moving, batch, momentum),
                    others == 0 ? first : first + " + " + others + " more");
        }
    }

    private final List<Program.Instruction> instructions = new ArrayList<>();
    private final Map<Double, Group> waiting = new LinkedHashMap<>();
    private final Set<Value> moving = new HashSet<>();
    private final Set<Value> read = new HashSet<>();

    private JoinedAverages() {}

    /** Rewrites a pass in place; the bits of all states stay what they were. */
    public static void apply(Program program) {
        JoinedAverages joined = new JoinedAverages();
        program.instructions().forEach(joined::take);
        joined.flush();
        program.rewrite(joined.instructions);
    }

    private void take(Program.Instruction instruction) {
        Op op = instruction.op();
        boolean sees = op.inputs().stream().anyMatch(moving::contains);
        boolean changes = op.updates().stream().anyMatch(read::contains);
        if (sees || changes) {
            flush();
        }
        if (op instanceof MovingAverage m) {
            waiting.computeIfAbsent(m.momentum(), key -> new Group()).add(m, instruction.scope());
            moving.addAll(m.moving());
            read.addAll(m.batch());
        } else {
            instructions.add(instruction);
        }
    }

    private void flush() {
        waiting.forEach((momentum, group) -> instructions.add(group.instruction(momentum)));
        waiting.clear();
        moving.clear();
        read.clear();
    }
}
