package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.BiasGrad;
import dev.thaw.op.MatMul;
import dev.thaw.op.Value;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Matrix products. A column sum is one too: a row of ones times the matrix, as oneDNN's reduction
 * is slow.
 */
final class MatMulKernels {
    /** One-thread speed of a product, for the choice of threads; measured at 75 to 108. */
    private static final double FLOPS_PER_NS = 90;

    private MatMulKernels() {}

    static void register(KernelTable table) {
        table.add(MatMul.class, MatMulKernels::matMul);
        table.add(BiasGrad.class, MatMulKernels::columnSum);
    }

    private static Prepared matMul(MatMul op) {
        if (op.y().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        Epilogue epilogue = new Epilogue(null, op.rectifier());
        Primitive p = primitive(op, epilogue);
        boolean within = !epilogue.isThere() || !p.implementation().startsWith("ref");
        if (!within) {
            p.close();
            p = primitive(op, Epilogue.NONE);
        }
        Pipeline line = new Pipeline();
        List<Pipeline.Argument> args = new ArrayList<>();
        args.add(new Pipeline.Argument(DNNL_ARG_SRC, Pipeline.operand(op.a())));
        args.add(new Pipeline.Argument(DNNL_ARG_WEIGHTS, Pipeline.operand(op.b())));
        if (op.bias() != null) {
            args.add(new Pipeline.Argument(DNNL_ARG_BIAS, Pipeline.operand(op.bias())));
        }
        args.add(new Pipeline.Argument(DNNL_ARG_DST, Pipeline.operand(op.y())));
        if (within) {
            args.addAll(PostOps.arguments(epilogue));
        }
        line.then(line.own(p), args);
        return within ? line : epilogue.after(op.y(), line);
    }

    private static Primitive primitive(MatMul op, Epilogue epilogue) {
        long m = op.y().shape().dim(0);
        long n = op.y().shape().dim(1);
        long k = op.a().shape().dim(op.transposeA() ? 0 : 1);
        dnnl_memory_desc a =
                Dnnl.strided(
                        new long[] {m, k}, op.transposeA() ? new long[] {1, m} : new long[] {k, 1});
        dnnl_memory_desc b =
                Dnnl.strided(
                        new long[] {k, n}, op.transposeB() ? new long[] {1, k} : new long[] {n, 1});
        dnnl_memory_desc bias = op.bias() == null ? null : Dnnl.dense(1, n);
        dnnl_memory_desc y = Dnnl.dense(m, n);
        return new Primitive(
                "matmul",
                Dnnl.threads(2. * m * n * k / FLOPS_PER_NS),
                (pd, attr) -> {
                    PostOps.add(epilogue, attr, y);
                    return dnnl_matmul_primitive_desc_create(
                            pd, Dnnl.get().engine(), a, b, bias, y, attr);
                },
                bias == null
                        ? new dnnl_memory_desc[] {a, b, y}
                        : new dnnl_memory_desc[] {a, b, bias, y});
    }

    private static Prepared columnSum(BiasGrad op) {
        long channels = op.db().size();
        long rows = op.dy().size() / channels;
        Primitive p = ColumnSum.primitive(rows, channels);
        return new Prepared() {
            @Override
            public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
                return ColumnSum.bind(
                        p, rows, address(op.dy(), buffers), address(op.db(), buffers), workspace);
            }

            @Override
            public long workspaceBytes() {
                return p.scratchBytes();
            }

            @Override
            public void close() {
                p.close();
            }
        };
    }

    static long address(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).address();
    }

    static Primitive.Arg arg(int index, Value v, Function<Value, Buffer> buffers) {
        return new Primitive.Arg(index, address(v, buffers));
    }

    /** An op that is exactly one primitive. */
    record OneCall(
            Primitive primitive, Function<Function<Value, Buffer>, List<Primitive.Arg>> arguments)
            implements Prepared {
        @Override
        public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
            return primitive.bind(
                    workspace == null ? 0 : ((CpuBuffer) workspace).address(),
                    arguments.apply(buffers));
        }

        @Override
        public long workspaceBytes() {
            return primitive.scratchBytes();
        }

        @Override
        public void close() {
            primitive.close();
        }
    }
}
