package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.op.Rectifier;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;

import java.util.ArrayList;
import java.util.List;

/**
 * An {@link Epilogue} that a oneDNN primitive does to its result before it writes it.
 *
 * <p>oneDNN's own ReLU and clip turn NaN into a bound. Here NaN stays: a leaky ReLU whose slope is
 * an operand, 0, multiplies only what is below 0. For ReLU6 a clip from minus infinity to 6 comes
 * first, which turns NaN into minus infinity, and that times 0 is NaN again; so a result of minus
 * infinity, which no finite network has, becomes NaN too.
 */
final class PostOps {
    /** The slope of the leaky ReLU, for every primitive of the process. */
    private static final class Slope {
        static final CpuBuffer ZERO = CpuBuffer.allocate(Float.BYTES, "a slope of 0");

        private Slope() {}
    }

    private PostOps() {}

    /** Asks for it in a primitive's attributes. */
    static void add(Epilogue epilogue, dnnl_primitive_attr attr, dnnl_memory_desc y) {
        if (!epilogue.isThere()) {
            return;
        }
        dnnl_post_ops ops = new dnnl_post_ops();
        Dnnl.check(dnnl_post_ops_create(ops), "post-ops");
        try {
            if (epilogue.residual() != null) {
                Dnnl.check(dnnl_post_ops_append_binary(ops, dnnl_binary_add, y), "post-op add");
            }
            if (epilogue.rectifier() == Rectifier.RELU6) {
                Dnnl.check(
                        dnnl_post_ops_append_eltwise(
                                ops, dnnl_eltwise_clip, Float.NEGATIVE_INFINITY, 6),
                        "post-op clip");
            }
            if (epilogue.rectifier() != Rectifier.NONE) {
                Dnnl.check(dnnl_post_ops_append_prelu(ops, 0), "post-op relu");
                // -1 times 0 is -0, and that plus 0 is 0
                Dnnl.check(
                        dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, 1, 0),
                        "post-op plus 0");
            }
            Dnnl.check(dnnl_primitive_attr_set_post_ops(attr, ops), "post-ops");
        } finally {
            dnnl_post_ops_destroy(ops);
        }
    }

    /** The operands that the primitive then reads besides its own. */
    static List<Pipeline.Argument> arguments(Epilogue epilogue) {
        List<Pipeline.Argument> all = new ArrayList<>();
        int at = 0;
        if (epilogue.residual() != null) {
            all.add(
                    new Pipeline.Argument(
                            index(at++) | DNNL_ARG_SRC_1, Pipeline.operand(epilogue.residual())));
        }
        if (epilogue.rectifier() == Rectifier.RELU6) {
            at++;
        }
        if (epilogue.rectifier() != Rectifier.NONE) {
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
