package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;

import java.util.ArrayList;
import java.util.List;

/**
 * What a oneDNN primitive does to its result before it writes it: y = r(y + residual).
 *
 * <p>oneDNN's own ReLU and clip turn NaN into a bound. Here NaN stays: a leaky ReLU whose slope is
 * an operand, 0, multiplies only what is below 0. For ReLU6 a clip from minus infinity to 6 comes
 * first, which turns NaN into minus infinity, and that times 0 is NaN again; so a result of minus
 * infinity, which no finite network has, becomes NaN too.
 *
 * @param residual what is added; null for nothing
 * @param rectifier r
 */
record PostOps(Value residual, Rectifier rectifier) {
    /** Leaves the result as it is. */
    static final PostOps NONE = new PostOps(null, Rectifier.NONE);

    /** The slope of the leaky ReLU, for every primitive of the process. */
    private static final class Slope {
        static final CpuBuffer ZERO = CpuBuffer.allocate(Float.BYTES, "a slope of 0");

        private Slope() {}
    }

    /** The steps of an op whose primitive does not do this, and this behind them. */
    Pipeline after(Value y, Pipeline line) {
        Ending end = new Ending(residual, rectifier);
        return end.isThere() ? line.then(m -> end.after(y, m)) : line;
    }

    private boolean isThere() {
        return residual != null || rectifier != Rectifier.NONE;
    }

    /** Adds them to a primitive's attributes. */
    void addTo(dnnl_primitive_attr attr, dnnl_memory_desc y) {
        if (!isThere()) {
            return;
        }
        dnnl_post_ops ops = new dnnl_post_ops();
        Dnnl.check(dnnl_post_ops_create(ops), "post-ops");
        try {
            if (residual != null) {
                Dnnl.check(dnnl_post_ops_append_binary(ops, dnnl_binary_add, y), "post-op add");
            }
            if (rectifier == Rectifier.RELU6) {
                Dnnl.check(
                        dnnl_post_ops_append_eltwise(
                                ops, dnnl_eltwise_clip, Float.NEGATIVE_INFINITY, 6),
                        "post-op clip");
            }
            if (rectifier != Rectifier.NONE) {
                Dnnl.check(dnnl_post_ops_append_prelu(ops, 0), "post-op relu");
            }
            Dnnl.check(dnnl_primitive_attr_set_post_ops(attr, ops), "post-ops");
        } finally {
            dnnl_post_ops_destroy(ops);
        }
    }

    /** The operands that a primitive with these reads besides its own. */
    List<Pipeline.Argument> arguments() {
        List<Pipeline.Argument> all = new ArrayList<>();
        int at = 0;
        if (residual != null) {
            all.add(
                    new Pipeline.Argument(
                            index(at++) | DNNL_ARG_SRC_1, Pipeline.operand(residual)));
        }
        if (rectifier == Rectifier.RELU6) {
            at++;
        }
        if (rectifier != Rectifier.NONE) {
            all.add(new Pipeline.Argument(index(at) | DNNL_ARG_WEIGHTS, m -> Slope.ZERO));
        }
        return all;
    }

    /** Whether an argument is one number for all of the result, of which oneDNN tells no layout. */
    static boolean isNumber(int index) {
        return index > DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE
                && index % DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE == DNNL_ARG_WEIGHTS;
    }

    private static int index(int at) {
        return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (at + 1);
    }
}
