package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.AdamUpdate;
import dev.thaw.op.Op;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.RuleUpdate;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import jcuda.driver.CUfunction;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Optimizers: one launch for all weights. */
final class OptimizerKernels {
    private static final String FILE = "optimizer";

    /** Elements that a block works on at a time. */
    private static final int CHUNK = 4096;

    private static final int THREADS = 256;

    /** Float constants that the kernel of a rule takes. */
    private static final int REALS = 5;

    private OptimizerKernels() {}

    static void register(CudaKernelTable table) {
        table.add(SgdUpdate.class, OptimizerKernels::sgd);
        table.add(AdamUpdate.class, OptimizerKernels::adam);
        table.add(RmspropUpdate.class, OptimizerKernels::rmsprop);
        table.add(RuleUpdate.class, OptimizerKernels::rule);
    }

    private static Prepared sgd(Engine engine, SgdUpdate op) {
        boolean moves = !op.momenta().isEmpty();
        String name = !moves ? "" : op.nesterov() ? "_nesterov" : "_momentum";
        return prepare(
                engine,
                op,
                FILE,
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
                FILE,
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
                FILE,
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

    /** The double and float constants of a rule, in the order of its kernel's parameters. */
    private record Constants(String name, double d0, double d1, double... reals) {}

    private static Constants constants(UpdateRule rule) {
        if (rule instanceof UpdateRule.Adagrad r) {
            return new Constants("adagrad", 0, 0, r.epsilon());
        } else if (rule instanceof UpdateRule.Adadelta r) {
            return new Constants("adadelta", 0, 0, r.rho(), 1 - r.rho(), r.epsilon());
        } else if (rule instanceof UpdateRule.Adamax r) {
            return new Constants("adamax", r.beta1(), 0, 1 - r.beta1(), r.beta2(), r.epsilon());
        } else if (rule instanceof UpdateRule.Amsgrad r) {
            return moments("amsgrad", r.beta1(), r.beta2(), r.epsilon());
        } else if (rule instanceof UpdateRule.Nadam r) {
            return moments("nadam", r.beta1(), r.beta2(), r.epsilon());
        } else if (rule instanceof UpdateRule.NadamProduct r) {
            return new Constants("nadam_product", r.beta1(), 0);
        } else if (rule instanceof UpdateRule.Lion r) {
            return new Constants("lion", 0, 0, r.beta1(), r.beta2());
        } else if (rule instanceof UpdateRule.Ftrl r) {
            return new Constants(
                    "ftrl", 0, 0, -r.power(), r.l1(), 2 * r.l2(), 2 * r.shrinkage(), r.beta());
        } else if (rule instanceof UpdateRule.WeightAverage r) {
            return new Constants("weight_average", r.frequency(), 0, r.momentum());
        } else if (rule instanceof UpdateRule.Add) {
            return new Constants("add", 0, 0);
        } else if (rule instanceof UpdateRule.Assign) {
            return new Constants("assign", 0, 0);
        } else if (rule instanceof UpdateRule.Clear) {
            return new Constants("clear", 0, 0);
        }
        throw new IllegalStateException("cuda: has no kernel for the rule " + rule);
    }

    private static Constants moments(String name, double beta1, double beta2, double epsilon) {
        return new Constants(name, beta1, beta2, 1 - beta1, 1 - beta2, epsilon);
    }

    private static Prepared rule(Engine engine, RuleUpdate op) {
        Constants c = constants(op.rule());
        return prepare(
                engine,
                op,
                "rules",
                "rule_" + c.name,
                List.of(op.weights(), op.gradients(), op.first(), op.second(), op.third()),
                a -> {
                    a.value(op.learningRate()).value(op.health()).value(op.iteration());
                    a.value(op.product()).precise(c.d0).precise(c.d1);
                    for (double real : Arrays.copyOf(c.reals, REALS)) {
                        a.real(real);
                    }
                    a.real(op.weightDecay());
                });
    }

    /**
     * A kernel whose first parameters are tables of tensors, one per list, with no address for an
     * empty one; then the tensors' sizes and the list of chunks.
     */
    private static Prepared prepare(
            Engine engine,
            Op op,
            String file,
            String name,
            List<List<Value>> lists,
            Consumer<Arguments> rest) {
        CUfunction f = engine.function(file, name);
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
