package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.Pipeline.Argument;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.LayerNormGrad;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxGrad;
import dev.thaw.op.Value;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

import java.util.ArrayList;
import java.util.List;

/** Layer normalization and softmax by oneDNN: each row on its own. */
final class NormalizationKernels {
    /** One-thread speeds, for the choice of threads. */
    private static final double NORMALIZED_FLOATS_PER_NS = 3;

    private static final double SOFTMAX_FLOATS_PER_NS = 1.5;

    private NormalizationKernels() {}

    static void register(KernelTable table) {
        table.add(LayerNorm.class, NormalizationKernels::layerNorm);
        table.add(LayerNormGrad.class, NormalizationKernels::layerNormGrad);
        table.add(Softmax.class, op -> softmax(op.x(), op.y(), dnnl_softmax_accurate));
        table.add(SoftmaxGrad.class, NormalizationKernels::softmaxGrad);
    }

    private static Argument arg(int index, Value v) {
        return new Argument(index, Pipeline.operand(v));
    }

    private static Prepared layerNorm(LayerNorm op) {
        long rows = op.mean().size();
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        int flags = flags(op.gamma(), op.beta());
        dnnl_memory_desc x = Dnnl.dense(rows, op.x().size() / rows);
        dnnl_memory_desc statistics = Dnnl.dense(rows);
        Pipeline line = new Pipeline();
        Primitive p =
                line.own(
                        new Primitive(
                                "layer normalization",
                                Dnnl.threads(op.x().size() / NORMALIZED_FLOATS_PER_NS),
                                (pd, attr) -> forward(pd, attr, x, statistics, op.epsilon(), flags),
                                x,
                                statistics));
        return line.then(
                p, operands(op.x(), op.y(), op.mean(), op.variance(), op.gamma(), op.beta()));
    }

    /** Which of a normalization's weights there are. */
    static int flags(Value gamma, Value beta) {
        return (gamma == null ? 0 : dnnl_use_scale) | (beta == null ? 0 : dnnl_use_shift);
    }

    /** What a normalization reads and writes; gamma and beta where they are not null. */
    static List<Argument> operands(
            Value x, Value y, Value mean, Value variance, Value gamma, Value beta) {
        List<Argument> arguments = new ArrayList<>();
        arguments.add(arg(DNNL_ARG_SRC, x));
        arguments.add(arg(DNNL_ARG_DST, y));
        arguments.add(arg(DNNL_ARG_MEAN, mean));
        arguments.add(arg(DNNL_ARG_VARIANCE, variance));
        if (gamma != null) {
            arguments.add(arg(DNNL_ARG_SCALE, gamma));
        }
        if (beta != null) {
            arguments.add(arg(DNNL_ARG_SHIFT, beta));
        }
        return arguments;
    }

    private static int forward(
            dnnl_primitive_desc pd,
            dnnl_primitive_attr attr,
            dnnl_memory_desc x,
            dnnl_memory_desc statistics,
            double epsilon,
            int flags) {
        return dnnl_layer_normalization_forward_primitive_desc_create(
                pd,
                Dnnl.get().engine(),
                dnnl_forward_training,
                x,
                x,
                statistics,
                (float) epsilon,
                flags,
                attr);
    }

    private static Prepared layerNormGrad(LayerNormGrad op) {
        long rows = op.mean().size();
        long k = rows == 0 ? 0 : op.x().size() / rows;
        if (k == 0) {
            return (buffers, workspace) -> () -> {};
        }
        int flags =
                (op.gamma() == null && op.dgamma() == null ? 0 : dnnl_use_scale)
                        | (op.dbeta() == null ? 0 : dnnl_use_shift);
        Pipeline line = new Pipeline();
        Primitive p = line.own(layerNormBackward(rows, k, op.epsilon(), flags));
        List<Argument> arguments = new ArrayList<>();
        arguments.add(arg(DNNL_ARG_SRC, op.x()));
        arguments.add(arg(DNNL_ARG_DIFF_DST, op.dy()));
        arguments.add(arg(DNNL_ARG_MEAN, op.mean()));
        arguments.add(arg(DNNL_ARG_VARIANCE, op.variance()));
        long all = op.x().size() * Float.BYTES;
        arguments.add(new Argument(DNNL_ARG_DIFF_SRC, line.operandOrRoom(op.dx(), all)));
        if ((flags & dnnl_use_scale) != 0) {
            arguments.add(arg(DNNL_ARG_SCALE, op.gamma()));
            arguments.add(
                    new Argument(
                            DNNL_ARG_DIFF_SCALE, line.operandOrRoom(op.dgamma(), k * Float.BYTES)));
        }
        if (op.dbeta() != null) {
            arguments.add(arg(DNNL_ARG_DIFF_SHIFT, op.dbeta()));
        }
        return line.then(p, arguments);
    }

    /** With weights, oneDNN insists on computing their gradients too. */
    private static Primitive layerNormBackward(long rows, long k, double epsilon, int flags) {
        dnnl_memory_desc x = Dnnl.dense(rows, k);
        dnnl_memory_desc statistics = Dnnl.dense(rows);
        return new Primitive(
                "layer normalization gradient",
                Dnnl.threads(2. * rows * k / NORMALIZED_FLOATS_PER_NS),
                (pd, attr) -> {
                    dnnl_primitive_desc hint = new dnnl_primitive_desc();
                    int status = forward(hint, attr, x, statistics, epsilon, flags);
                    if (status != dnnl_success) {
                        return status;
                    }
                    try {
                        return dnnl_layer_normalization_backward_primitive_desc_create(
                                pd,
                                Dnnl.get().engine(),
                                flags == 0 ? dnnl_backward_data : dnnl_backward,
                                x,
                                x,
                                x,
                                statistics,
                                (float) epsilon,
                                flags,
                                hint,
                                attr);
                    } finally {
                        dnnl_primitive_desc_destroy(hint);
                    }
                },
                x,
                statistics);
    }

    private static Prepared softmax(Value x, Value y, int algorithm) {
        if (x.size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        Pipeline line = new Pipeline();
        Primitive p =
                line.own(softmaxForward(x.size() / x.shape().last(), x.shape().last(), algorithm));
        return line.then(p, List.of(arg(DNNL_ARG_SRC, x), arg(DNNL_ARG_DST, y)));
    }

    /** Softmax, or its logarithm, of each row. */
    static Primitive softmaxForward(long rows, long k, int algorithm) {
        dnnl_memory_desc x = Dnnl.dense(rows, k);
        return new Primitive(
                "softmax",
                Dnnl.threads(rows * k / SOFTMAX_FLOATS_PER_NS),
                (pd, attr) -> softmaxForward(pd, attr, x, algorithm),
                x);
    }

    private static int softmaxForward(
            dnnl_primitive_desc pd, dnnl_primitive_attr attr, dnnl_memory_desc x, int algorithm) {
        return dnnl_softmax_forward_primitive_desc_create(
                pd, Dnnl.get().engine(), dnnl_forward_training, algorithm, x, x, 1, attr);
    }

    private static Prepared softmaxGrad(SoftmaxGrad op) {
        if (op.y().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        long k = op.y().shape().last();
        long rows = op.y().size() / k;
        dnnl_memory_desc y = Dnnl.dense(rows, k);
        Pipeline line = new Pipeline();
        Primitive p =
                line.own(
                        new Primitive(
                                "softmax gradient",
                                Dnnl.threads(rows * k / SOFTMAX_FLOATS_PER_NS),
                                (pd, attr) -> softmaxBackward(pd, attr, y),
                                y));
        return line.then(
                p,
                List.of(
                        arg(DNNL_ARG_DST, op.y()),
                        arg(DNNL_ARG_DIFF_DST, op.dy()),
                        arg(DNNL_ARG_DIFF_SRC, op.dx())));
    }

    private static int softmaxBackward(
            dnnl_primitive_desc pd, dnnl_primitive_attr attr, dnnl_memory_desc y) {
        dnnl_primitive_desc hint = new dnnl_primitive_desc();
        int status = softmaxForward(hint, attr, y, dnnl_softmax_accurate);
        if (status != dnnl_success) {
            return status;
        }
        try {
            return dnnl_softmax_backward_primitive_desc_create(
                    pd, Dnnl.get().engine(), dnnl_softmax_accurate, y, y, y, 1, hint, attr);
        } finally {
            dnnl_primitive_desc_destroy(hint);
        }
    }
}
