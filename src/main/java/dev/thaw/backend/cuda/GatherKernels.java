package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Gather;
import dev.thaw.op.GatherGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;

import jcuda.driver.CUfunction;

/** Rows of a table by number, and the sums that are their gradient. */
final class GatherKernels {
    private static final String FILE = "gather";

    /** Threads of a block that looks for all uses of one row. */
    private static final int THREADS = 256;

    private GatherKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Gather.class, GatherKernels::gather);
        table.add(GatherGrad.class, GatherKernels::gatherGrad);
    }

    private static String type(Value index) {
        return index.dtype() == DType.FLOAT32
                ? "float"
                : index.dtype() == DType.INT32 ? "int" : "long";
    }

    private static Prepared gather(Engine engine, Gather op) {
        CUfunction f = engine.function(FILE, "gather_" + type(op.index()));
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.table(), op.index(), op.y())
                        .number(op.index().size())
                        .integer(op.table().shape().dim(1))
                        .integer(op.table().shape().dim(0))
                        .launch(f, engine.grid(op.y().size()));
    }

    private static Prepared gatherGrad(Engine engine, GatherGrad op) {
        Value dtable = op.dtable();
        CUfunction fill = engine.function("elementwise", "fill");
        CUfunction f = engine.function(FILE, "gather_grad_" + type(op.index()));
        long rows = op.index().size();
        int blocks = (int) Math.max(1, Math.min(rows, engine.most()));
        return (buffers, workspace) ->
                Sequence.of(
                        engine.arguments(op, buffers)
                                .value(dtable)
                                .number(dtable.size())
                                .real(0)
                                .launch(fill, engine.vectors(dtable.size())),
                        engine.arguments(op, buffers)
                                .values(op.index(), op.dy(), dtable)
                                .number(rows)
                                .integer(dtable.shape().dim(1))
                                .integer(dtable.shape().dim(0))
                                .launch(f, Launch.Grid.of(blocks, THREADS)));
    }
}
