package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

class MemoryPlannerTest {
    private static long bytes(Value v) {
        return (v.size() * 4 + 63) / 64 * 64;
    }

    /** Random chains and joins; no two values that are alive together may share a byte. */
    @Property(tries = 200)
    void valuesThatLiveTogetherNeverOverlap(@ForAll long seed) {
        Random random = new Random(seed);
        Program p = new Program();
        List<Value> values = new ArrayList<>(List.of(p.input("x", Shape.of(16), DType.FLOAT32)));
        for (int i = 0; i < 40; i++) {
            Value a = values.get(random.nextInt(values.size()));
            if (random.nextInt(4) == 0) {
                Value y = p.temp("r", Shape.of(4, (int) a.size() / 4));
                p.emit(new Reshape(a, y));
                values.add(y);
            } else {
                Value y = p.temp("y", Shape.of(16));
                Value b = values.get(random.nextInt(values.size()));
                p.emit(
                        random.nextBoolean()
                                ? new Affine(a, y, 1, 0)
                                : new Binary(a, b, y, Binary.Function.ADD));
                values.add(y);
            }
        }
        Value result = values.get(values.size() - 1);
        MemoryPlanner planner =
                new MemoryPlanner(p, Set.of(result), Set.of(), MemoryPlannerTest::bytes);
        checkByRunning(p, planner, result);
    }

    /**
     * Plays the program, keeping who wrote each place last: a read must find its own value there.
     */
    private static void checkByRunning(Program p, MemoryPlanner planner, Value result) {
        Map<Long, Value> owner = new HashMap<>();
        p.inputs().forEach(v -> own(planner, v, owner));
        for (Program.Instruction s : p.instructions()) {
            s.op().inputs().forEach(v -> assertOwned(planner, v, owner));
            s.op().outputs().forEach(v -> own(planner, v, owner));
            // results may not destroy what the same op reads
            s.op().inputs().forEach(v -> assertOwned(planner, v, owner));
        }
        assertOwned(planner, result, owner);
    }

    private static void own(MemoryPlanner planner, Value v, Map<Long, Value> owner) {
        for (long at = planner.offset(v); at < planner.offset(v) + bytes(v); at += 64) {
            assertThat(at + 64).isLessThanOrEqualTo(planner.total());
            owner.put(at, planner.root(v));
        }
    }

    private static void assertOwned(MemoryPlanner planner, Value v, Map<Long, Value> owner) {
        for (long at = planner.offset(v); at < planner.offset(v) + bytes(v); at += 64) {
            assertThat(owner.get(at)).isSameAs(planner.root(v));
        }
    }

    @Test
    void aLongChainNeedsTwoPlaces() {
        Program p = new Program();
        Value v = p.input("x", Shape.of(16), DType.FLOAT32);
        for (int i = 0; i < 100; i++) {
            Value y = p.temp("y", Shape.of(16));
            p.emit(new Affine(v, y, 1, 0));
            v = y;
        }
        assertThat(new MemoryPlanner(p, Set.of(v), Set.of(), MemoryPlannerTest::bytes).total())
                .isEqualTo(128);
    }
}
