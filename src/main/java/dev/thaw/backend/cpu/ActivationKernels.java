package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.Pipeline.Argument;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Fn;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

import java.util.List;

/**
 * Functions of one number: oneDNN's where it has the same one, {@link FnLoops} elsewhere. Not
 * oneDNN's are those that turn NaN into a number (relu, clip, hard sigmoid), as a diverged model
 * must show, and those that are off by more than ten units of the last place (ln x, softplus,
 * gelu). Its e^x turns NaN into infinity. Its gradient of a SELU at 0 is not TensorFlow's.
 */
final class ActivationKernels {
    private static final double FLOATS_PER_NS = 3;

    /**
     * A function of oneDNN.
     *
     * @param algorithm which one
     * @param alpha its first constant
     * @param beta its second constant
     */
    private record Eltwise(int algorithm, double alpha, double beta) {}

    private ActivationKernels() {}

    static void register(KernelTable table) {
        table.add(Unary.class, ActivationKernels::unary);
        table.add(UnaryGrad.class, ActivationKernels::unaryGrad);
    }

    /** The same function in oneDNN's terms; null where it has none. */
    private static Eltwise forward(Fn fn) {
        return switch (fn.function()) {
            case RELU, RELU6, CLIP, HARD_SIGMOID, LOG, SOFTPLUS, GELU -> null;
            default -> eltwise(fn);
        };
    }

    /**
     * The function in oneDNN's terms, as far as its derivative goes; null where it has none. A SELU
     * is b times this.
     */
    private static Eltwise eltwise(Fn fn) {
        return switch (fn.function()) {
            case RELU -> new Eltwise(dnnl_eltwise_relu, 0, 0);
            case RELU6 -> new Eltwise(dnnl_eltwise_clip_v2, 0, 6);
            case LEAKY_RELU -> new Eltwise(dnnl_eltwise_relu, fn.alpha(), 0);
            case ELU, SELU -> new Eltwise(dnnl_eltwise_elu, fn.alpha(), 0);
            case SIGMOID -> new Eltwise(dnnl_eltwise_logistic, 0, 0);
            case TANH -> new Eltwise(dnnl_eltwise_tanh, 0, 0);
            case SOFTPLUS -> new Eltwise(dnnl_eltwise_soft_relu, 1, 0);
            case SILU -> new Eltwise(dnnl_eltwise_swish, 1, 0);
            case GELU -> new Eltwise(dnnl_eltwise_gelu_erf, 0, 0);
            case GELU_TANH -> new Eltwise(dnnl_eltwise_gelu_tanh, 0, 0);
            case HARD_SIGMOID -> new Eltwise(dnnl_eltwise_hardsigmoid, 1 / 6., .5);
            case HARD_SILU -> new Eltwise(dnnl_eltwise_hardswish, 1 / 6., .5);
            case EXP -> new Eltwise(dnnl_eltwise_exp, 0, 0);
            case LOG -> new Eltwise(dnnl_eltwise_log, 0, 0);
            case SQUARE -> new Eltwise(dnnl_eltwise_square, 0, 0);
            case SQRT -> new Eltwise(dnnl_eltwise_sqrt, 0, 0);
            case ABS -> new Eltwise(dnnl_eltwise_abs, 0, 0);
            // 1 above alpha and up to beta: the lower bound is just below ours, which counts
            case CLIP ->
                    new Eltwise(dnnl_eltwise_clip, Math.nextDown((float) fn.alpha()), fn.beta());
            case SOFTSIGN, SIGN, RECIPROCAL, HUBER, STEP, SIN, COS, FLOOR -> null;
        };
    }

    private static Prepared unary(Unary op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        if (ExpLoops.has(op.fn())) {
            Pipeline line = new Pipeline().then(m -> ExpLoops.exponent(op, m));
            apply(line, new Eltwise(dnnl_eltwise_exp, 0, 0), op.y(), op.y());
            return line.then(m -> ExpLoops.result(op, m));
        }
        Eltwise e = forward(op.fn());
        if (e == null) {
            return FnLoops.value(op);
        }
        Pipeline line = new Pipeline();
        apply(line, e, op.x(), op.y());
        scaleSelu(line, op.fn(), op.y());
        return line;
    }

    private static void apply(Pipeline line, Eltwise e, Value from, Value to) {
        dnnl_memory_desc x = Dnnl.dense(from.size());
        Primitive p =
                line.own(
                        new Primitive(
                                "activation",
                                threads(from),
                                (pd, attr) -> forward(pd, attr, e, x),
                                x));
        line.then(p, List.of(arg(DNNL_ARG_SRC, from), arg(DNNL_ARG_DST, to)));
    }

    private static void scaleSelu(Pipeline line, Fn fn, Value result) {
        if (fn.function() == Fn.Function.SELU) {
            apply(line, new Eltwise(dnnl_eltwise_linear, fn.beta(), 0), result, result);
        }
    }

    private static int forward(
            dnnl_primitive_desc pd, dnnl_primitive_attr attr, Eltwise e, dnnl_memory_desc x) {
        return dnnl_eltwise_forward_primitive_desc_create(
                pd,
                Dnnl.get().engine(),
                dnnl_forward_training,
                e.algorithm,
                x,
                x,
                (float) e.alpha,
                (float) e.beta,
                attr);
    }

    private static Prepared unaryGrad(UnaryGrad op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        Eltwise e = op.fn().function() == Fn.Function.SELU ? null : eltwise(op.fn());
        if (e == null) {
            return FnLoops.gradient(op);
        }
        Pipeline line = new Pipeline();
        gradient(line, e, op.x(), op.dy(), Pipeline.operand(op.dx()));
        return line;
    }

    /**
     * The next step of a line: what the rectifier let through of dy, read off its result y as if
     * that were its argument.
     */
    static void passed(Pipeline line, Rectifier rectifier, Value y, Value dy, Pipeline.Storage to) {
        gradient(line, eltwise(rectifier.fn()), y, dy, to);
    }

    private static void gradient(
            Pipeline line, Eltwise e, Value from, Value dy, Pipeline.Storage to) {
        dnnl_memory_desc x = Dnnl.dense(from.size());
        Primitive p =
                line.own(
                        new Primitive(
                                "activation gradient",
                                threads(from),
                                (pd, attr) -> backward(pd, attr, e, x),
                                x));
        line.then(
                p,
                List.of(
                        arg(DNNL_ARG_SRC, from),
                        arg(DNNL_ARG_DIFF_DST, dy),
                        new Argument(DNNL_ARG_DIFF_SRC, to)));
    }

    private static int backward(
            dnnl_primitive_desc pd, dnnl_primitive_attr attr, Eltwise e, dnnl_memory_desc x) {
        dnnl_primitive_desc hint = new dnnl_primitive_desc();
        int status = forward(hint, attr, e, x);
        if (status != dnnl_success) {
            return status;
        }
        try {
            return dnnl_eltwise_backward_primitive_desc_create(
                    pd,
                    Dnnl.get().engine(),
                    e.algorithm,
                    x,
                    x,
                    x,
                    (float) e.alpha,
                    (float) e.beta,
                    hint,
                    attr);
        } finally {
            dnnl_primitive_desc_destroy(hint);
        }
    }

    private static int threads(Value x) {
        return Dnnl.threads(x.size() / FLOATS_PER_NS);
    }

    private static Argument arg(int index, Value v) {
        return new Argument(index, Pipeline.operand(v));
    }
}
