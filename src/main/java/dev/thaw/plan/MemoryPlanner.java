package dev.thaw.plan;

import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Gives each value of a program a place in one arena. Values whose lifetimes do not overlap share
 * memory; what a {@link Reshape} writes is what it reads.
 */
final class MemoryPlanner {
    private static final class Block {
        final long bytes;
        int first = Integer.MAX_VALUE;
        int last = -1;
        long offset;

        Block(long bytes) {
            this.bytes = bytes;
        }

        void usedAt(int instruction) {
            first = Math.min(first, instruction);
            last = Math.max(last, instruction);
        }

        boolean overlaps(Block o) {
            return first <= o.last && o.first <= last;
        }
    }

    private final Map<Value, Value> roots = new HashMap<>();
    private final Map<Value, Block> blocks = new HashMap<>();
    private final Set<Value> outside;
    private final long total;

    /**
     * @param kept values that must last until the end of the run
     * @param outside values that have memory of their own
     * @param bytes the size of a value, a multiple of the alignment
     */
    MemoryPlanner(
            Program program, Set<Value> kept, Set<Value> outside, ToLongFunction<Value> bytes) {
        this.outside = outside;
        List<Program.Instruction> instructions = program.instructions();
        for (Program.Instruction s : instructions) {
            if (s.op() instanceof Reshape r) {
                roots.put(r.y(), root(r.x()));
            }
        }
        program.inputs().forEach(v -> use(v, 0, bytes));
        for (int i = 0; i < instructions.size(); i++) {
            Op op = instructions.get(i).op();
            int instruction = i;
            op.inputs().forEach(v -> use(v, instruction, bytes));
            op.outputs().forEach(v -> use(v, instruction, bytes));
        }
        kept.forEach(v -> use(v, instructions.size(), bytes));
        total = place(new ArrayList<>(blocks.values()));
    }

    private void use(Value v, int instruction, ToLongFunction<Value> bytes) {
        Value root = root(v);
        if (inArena(root)) {
            blocks.computeIfAbsent(root, r -> new Block(bytes.applyAsLong(r))).usedAt(instruction);
        }
    }

    /** Whether a value that has memory, and is not another one's, has it in the arena. */
    boolean inArena(Value root) {
        boolean placed = root.role() == Value.Role.TEMP || root.role() == Value.Role.INPUT;
        return placed && !outside.contains(root);
    }

    /** Largest first, each at the lowest place that is free during its whole life. */
    private static long place(List<Block> all) {
        all.sort(Comparator.<Block>comparingLong(b -> -b.bytes).thenComparingInt(b -> b.first));
        List<Block> placed = new ArrayList<>();
        long end = 0;
        for (Block b : all) {
            long at = 0;
            for (Block p : placed) { // in order of offset
                if (p.overlaps(b) && p.offset < at + b.bytes && at < p.offset + p.bytes) {
                    at = p.offset + p.bytes;
                }
            }
            b.offset = at;
            int index = 0;
            while (index < placed.size() && placed.get(index).offset <= at) {
                index++;
            }
            placed.add(index, b);
            end = Math.max(end, at + b.bytes);
        }
        return end;
    }

    /** The value whose memory this one has: itself, or what it was reshaped from. */
    Value root(Value v) {
        return roots.getOrDefault(v, v);
    }

    /**
     * Where in the arena the value lies; only for values that are neither variable nor constant.
     */
    long offset(Value v) {
        return blocks.get(root(v)).offset;
    }

    /** The size of the arena in bytes. */
    long total() {
        return total;
    }
}
