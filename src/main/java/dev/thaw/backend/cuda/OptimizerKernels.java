package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.AdamUpdate;
import dev.thaw.op.Op;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import jcuda.driver.CUfunction;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Optimizers: one launch for all weights. */
final class OptimizerKernels {
    private static final String FILE = "optimizer";

    /** Elements that a block works on at a time. */
    private static final int CHUNK = 4096;

    private static final int THREADS = 256;

    private OptimizerKernels() {}

    static void register(CudaKernelTable table) {
        table.add(SgdUpdate.class, OptimizerKernels::sgd);
        table.add(AdamUpdate.class, OptimizerKernels::adam);
        table.add(RmspropUpdate.class, OptimizerKernels::rmsprop);
    }

    private static Prepared sgd(Engine engine, SgdUpdate op) {
        boolean moves = !op.momenta().isEmpty();
        String name = !moves ? "" : op.nesterov() ? "_nesterov" : "_momentum";
        return prepare(
                engine,
                op,
                "sgd_update" + name,
                moves
                        ? List.of(op.weights(), op.gradients(), op.momenta())
                        : List.of(op.weights(), op.gradients()),
                a -> {
                    a.value(op.learningRate()).value(op.health());
                    if (moves) {
                        a.real(op.momentum());
                    }
                    a.real(op.weightDecay());
                });
    }

    private static Prepared adam(Engine engine, AdamUpdate op) {
        return prepare(
                engine,
                op,
                "adam_update",
                List.of(op.weights(), op.gradients(), op.first(), op.second()),
                a ->
                        a.value(op.learningRate())
                                .value(op.health())
                                .value(op.iteration())
                                .precise(op.beta1())
                                .precise(op.beta2())
                                .real(1 - op.beta1())
                                .real(1 - op.beta2())
                                .real(op.epsilon())
                                .real(op.weightDecay()));
    }

    private static Prepared rmsprop(Engine engine, RmspropUpdate op) {
        return prepare(
                engine,
                op,
                "rmsprop_update",
                List.of(op.weights(), op.gradients(), op.velocities(), op.momenta(), op.averages()),
                a ->
                        a.value(op.learningRate())
                                .value(op.health())
                                .real(op.rho())
                                .real(1 - op.rho())
                                .real(op.momentum())
                                .real(op.epsilon())
                                .real(op.weightDecay()));
    }

    /**
     * A kernel whose first parameters are tables of tensors, one per list, with no address for an
     * empty one; then the tensors' sizes and the list of chunks.
     */
    private static Prepared prepare(
            Engine engine, Op op, String name, List<List<Value>> lists, Consumer<Arguments> rest) {
        CUfunction f = engine.function(FILE, name);
        Chunks chunks = Chunks.of(lists.get(0));
        if (chunks.tensor().length == 0) {
            return ElementwiseKernels.nothing();
        }
        return (buffers, workspace) -> bind(engine, op, f, lists, chunks, buffers, rest);
    }

    private static Kernel bind(
            Engine engine,
            Op op,
            CUfunction f,
            List<List<Value>> lists,
            Chunks chunks,
            Function<Value, Buffer> buffers,
            Consumer<Arguments> rest) {
        int tensors = lists.get(0).size();
        long[] table = new long[(lists.size() + 1) * tensors];
        int at = 0;
        for (List<Value> list : lists) {
            for (Value v : list) {
                table[at++] = CudaBuffer.of(v, buffers).address().value();
            }
        }
        int sizes = at;
        for (Value v : lists.get(0)) {
            table[at++] = v.size();
        }
        long bytes = (long) table.length * Long.BYTES;
        int count = chunks.tensor().length;
        int[] numbers = new int[2 * count];
        System.arraycopy(chunks.tensor(), 0, numbers, 0, count);
        System.arraycopy(chunks.index(), 0, numbers, count, count);
        CudaBuffer memory =
                engine.memory()
                        .allocate(bytes + (long) numbers.length * Integer.BYTES, "optimizer");
        engine.staging().upload(Tensor.of(table, Shape.of(table.length)), memory);
        engine.staging()
                .upload(
                        Tensor.of(numbers),
                        memory.slice(bytes, (long) numbers.length * Integer.BYTES));
        Arguments a = engine.arguments(op, buffers);
        int entry = 0;
        for (List<Value> list : lists) {
            if (list.isEmpty()) {
                a.absent();
            } else {
                a.address(memory.address().plus((long) entry * Long.BYTES));
            }
            entry += list.size();
        }
        a.address(memory.address().plus((long) sizes * Long.BYTES))
                .address(memory.address().plus(bytes))
                .address(memory.address().plus(bytes + (long) count * Integer.BYTES))
                .integers(count, CHUNK);
        rest.accept(a);
        return a.launch(
                f, Launch.Grid.of(Math.min(count, engine.most()), THREADS), List.of(memory));
    }

    /** Which chunk of which tensor each piece of work is. */
    private record Chunks(int[] tensor, int[] index) {
        static Chunks of(List<Value> tensors) {
            int count = 0;
            for (Value v : tensors) {
                count += pieces(v);
            }
            int[] tensor = new int[count];
            int[] index = new int[count];
            int at = 0;
            for (int t = 0; t < tensors.size(); t++) {
                for (int k = 0; k < pieces(tensors.get(t)); k++) {
                    tensor[at] = t;
                    index[at++] = k;
                }
            }
            return new Chunks(tensor, index);
        }

        private static int pieces(Value v) {
            return Math.toIntExact((v.size() + CHUNK - 1) / CHUNK);
        }
    }
}
