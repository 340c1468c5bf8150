package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Guard;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import jcuda.driver.CUfunction;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Update rules, assignments and moving statistics: one launch for all tensors. The table from rule
 * to kernel is the end of {@code optimizer.cu}: a rule's kernel has its name.
 */
final class OptimizerKernels {
    private static final String FILE = "optimizer";

    /** Elements that a block works on. */
    private static final int CHUNK = 2048;

    private static final int THREADS = 256;

    /** Constants that a kernel takes. */
    private static final int CONSTANTS = 5;

    private OptimizerKernels() {}

    static void register(CudaKernelTable table) {
        table.add(ApplyRule.class, OptimizerKernels::rule);
        table.add(Assign.class, OptimizerKernels::assign);
        table.add(MovingAverage.class, OptimizerKernels::movingAverage);
        table.add(Guard.class, OptimizerKernels::guard);
    }

    private static Prepared rule(Engine engine, ApplyRule op) {
        List<List<Value>> operands = new ArrayList<>(List.of(op.weights()));
        operands.addAll(op.slots());
        if (op.rule().readsGradients()) {
            operands.add(op.gradients());
        }
        int decayed = chunks(op.weights().subList(0, op.decayed()));
        return prepare(
                engine,
                op,
                "update_" + op.rule().formula(),
                operands,
                a ->
                        a.reals(constants(op.rule().constants()))
                                .real(op.weightDecay())
                                .integer(decayed)
                                .values(
                                        op.learningRate(),
                                        op.iteration(),
                                        op.health(),
                                        op.product()));
    }

    /** Each constant c as it is, then 1 - c, then log c, computed before they are rounded. */
    private static float[] constants(double[] c) {
        float[] all = new float[3 * CONSTANTS];
        List<DoubleUnaryOperator> forms = List.of(x -> x, x -> 1 - x, Math::log);
        for (int f = 0; f < forms.size(); f++) {
            for (int i = 0; i < c.length; i++) {
                all[f * CONSTANTS + i] = (float) forms.get(f).applyAsDouble(c[i]);
            }
        }
        return all;
    }

    private static Prepared assign(Engine engine, Assign op) {
        return op.fills()
                ? prepare(
                        engine,
                        op,
                        "assign_number",
                        List.of(op.targets()),
                        a -> a.values(op.health(), op.values().get(0)))
                : prepare(
                        engine,
                        op,
                        "assign",
                        List.of(op.targets(), op.values()),
                        a -> a.value(op.health()));
    }

    private static Prepared guard(Engine engine, Guard op) {
        return prepare(
                engine,
                op,
                "guard",
                List.of(op.watched()),
                a -> a.values(op.iteration(), op.health()));
    }

    private static Prepared movingAverage(Engine engine, MovingAverage op) {
        return prepare(
                engine,
                op,
                "moving_average",
                List.of(op.moving(), op.batch()),
                a -> a.real(op.momentum()).real(1 - op.momentum()));
    }

    /** A kernel whose first parameters are the chunks of its operands. */
    private static Prepared prepare(
            Engine engine,
            Op op,
            String name,
            List<List<Value>> operands,
            Consumer<Arguments> rest) {
        CUfunction f = engine.function(FILE, name);
        int chunks = chunks(operands.get(0));
        return (buffers, workspace) -> {
            CudaBuffer memory = upload(engine, table(operands, chunks, buffers));
            Arguments a = engine.arguments(op, buffers);
            a.address(memory.address()).integer(chunks);
            rest.accept(a);
            return a.launch(f, Launch.Grid.of(chunks, THREADS), List.of(memory));
        };
    }

    private static int chunks(List<Value> all) {
        return Math.toIntExact(all.stream().mapToLong(v -> (v.size() + CHUNK - 1) / CHUNK).sum());
    }

    /** A row for each chunk of each tensor: where it begins in each operand, and its elements. */
    private static long[] table(
            List<List<Value>> operands, int chunks, Function<Value, Buffer> buffers) {
        long[] table = new long[chunks * (operands.size() + 1)];
        int at = 0;
        for (int t = 0; t < operands.get(0).size(); t++) {
            long size = operands.get(0).get(t).size();
            for (long begin = 0; begin < size; begin += CHUNK) {
                for (List<Value> operand : operands) {
                    DeviceAddress address = DeviceAddress.of(operand.get(t), buffers);
                    table[at++] = address.plus(begin * Float.BYTES).value();
                }
                table[at++] = Math.min(CHUNK, size - begin);
            }
        }
        return table;
    }

    private static CudaBuffer upload(Engine engine, long[] table) {
        CudaBuffer memory = engine.memory().allocate((long) table.length * Long.BYTES, "optimizer");
        engine.staging().upload(Tensor.of(table, Shape.of(table.length)), memory);
        return memory;
    }
}
