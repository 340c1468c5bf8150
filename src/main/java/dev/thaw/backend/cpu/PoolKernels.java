package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;
import dev.thaw.op.Window;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

import java.util.ArrayList;
import java.util.List;

/**
 * Pooling by oneDNN. Dilated windows, and ones that may lie in the padding alone, are {@link
 * WindowLoops}', and so are maxima of NaN.
 */
final class PoolKernels {
    private static final double FLOATS_PER_NS = 4;

    private PoolKernels() {}

    static void register(KernelTable table) {
        table.add(Pool.class, PoolKernels::pool);
        table.add(PoolGrad.class, PoolKernels::poolGrad);
    }

    private static Prepared pool(Pool op) {
        WindowGeometry g = WindowGeometry.of(op.x(), op.y(), op.window());
        if (g.isEmpty()) {
            return Pipeline.zeros(op.y());
        }
        if (!isPlain(g)) {
            return WindowLoops.pool(op);
        }
        Pipeline line = new Pipeline();
        Primitive p = line.own(forward(g, op.function(), dnnl_forward_inference));
        line.then(
                p,
                List.of(
                        new Pipeline.Argument(DNNL_ARG_SRC, Pipeline.operand(op.x())),
                        new Pipeline.Argument(DNNL_ARG_DST, Pipeline.operand(op.y()))));
        return op.function() == Pool.Function.MAX
                ? new NanAware(op.x(), line, () -> WindowLoops.pool(op))
                : line;
    }

    /** The backward pass of a maximum wants to know which cell won: the forward pass runs again. */
    private static Prepared poolGrad(PoolGrad op) {
        WindowGeometry g = WindowGeometry.of(op.dx(), op.dy(), op.window());
        if (g.isEmpty()) {
            return Pipeline.zeros(op.dx());
        }
        if (!isPlain(g)) {
            return WindowLoops.poolGrad(op);
        }
        Pipeline line = new Pipeline();
        try {
            List<Pipeline.Argument> arguments = new ArrayList<>();
            arguments.add(new Pipeline.Argument(DNNL_ARG_DIFF_DST, Pipeline.operand(op.dy())));
            arguments.add(new Pipeline.Argument(DNNL_ARG_DIFF_SRC, Pipeline.operand(op.dx())));
            Primitive backward = line.own(backward(g, op.function()));
            if (op.function() == Pool.Function.MAX) {
                Primitive again = line.own(forward(g, op.function(), dnnl_forward_training));
                dnnl_memory_desc winners = again.argument(DNNL_ARG_WORKSPACE);
                Pipeline.Argument workspace =
                        new Pipeline.Argument(
                                DNNL_ARG_WORKSPACE, line.room(dnnl_memory_desc_get_size(winners)));
                Pipeline.Storage y = line.room(op.dy().size() * Float.BYTES);
                line.then(
                        again,
                        List.of(
                                new Pipeline.Argument(DNNL_ARG_SRC, Pipeline.operand(op.x())),
                                new Pipeline.Argument(DNNL_ARG_DST, y),
                                workspace));
                arguments.add(workspace);
            }
            line.then(backward, arguments);
            return op.function() == Pool.Function.MAX
                    ? new NanAware(op.x(), line, () -> WindowLoops.poolGrad(op))
                    : line;
        } catch (RuntimeException | Error e) {
            line.close();
            throw e;
        }
    }

    /** Whether every window has at least one real cell and oneDNN has fast code for it. */
    private static boolean isPlain(WindowGeometry g) {
        Window w = g.window();
        for (int i = 0; i < w.rank(); i++) {
            if (w.dilation().get(i) != 1
                    || w.padBefore().get(i) >= w.size().get(i)
                    || w.begin(i, g.out()[i + 1] - 1) >= g.in()[i + 1]) {
                return false;
            }
        }
        return true;
    }

    private static int algorithm(Pool.Function function) {
        return function == Pool.Function.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    }

    private static int threads(WindowGeometry g) {
        double read = (double) WindowGeometry.size(g.out()) * g.cells();
        return Dnnl.threads(Math.max(read, WindowGeometry.size(g.in())) / FLOATS_PER_NS);
    }

    private static Primitive forward(WindowGeometry g, Pool.Function function, int propagation) {
        dnnl_memory_desc x = WindowGeometry.channelsLast(g.in());
        dnnl_memory_desc y = WindowGeometry.channelsLast(g.out());
        return new Primitive(
                "pooling",
                threads(g),
                (pd, attr) -> create(pd, attr, g, function, propagation, x, y),
                x,
                y);
    }

    private static int create(
            dnnl_primitive_desc pd,
            dnnl_primitive_attr attr,
            WindowGeometry g,
            Pool.Function function,
            int propagation,
            dnnl_memory_desc x,
            dnnl_memory_desc y) {
        return dnnl_pooling_forward_primitive_desc_create(
                pd,
                Dnnl.get().engine(),
                propagation,
                algorithm(function),
                x,
                y,
                g.strides(),
                g.sizes(),
                g.dilation(),
                g.padBefore(),
                g.padAfter(),
                attr);
    }

    private static Primitive backward(WindowGeometry g, Pool.Function function) {
        dnnl_memory_desc x = WindowGeometry.channelsLast(g.in());
        dnnl_memory_desc y = WindowGeometry.channelsLast(g.out());
        dnnl_engine engine = Dnnl.get().engine();
        return new Primitive(
                "pooling gradient",
                threads(g),
                (pd, attr) -> {
                    dnnl_primitive_desc hint = new dnnl_primitive_desc();
                    int status = create(hint, attr, g, function, dnnl_forward_training, x, y);
                    if (status != dnnl_success) {
                        return status;
                    }
                    try {
                        return dnnl_pooling_backward_primitive_desc_create(
                                pd,
                                engine,
                                algorithm(function),
                                x,
                                y,
                                g.strides(),
                                g.sizes(),
                                g.dilation(),
                                g.padBefore(),
                                g.padAfter(),
                                hint,
                                attr);
                    } finally {
                        dnnl_primitive_desc_destroy(hint);
                    }
                },
                x,
                y);
    }
}
