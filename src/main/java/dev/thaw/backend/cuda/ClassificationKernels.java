package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.ArgMax;
import dev.thaw.op.OneHot;
import dev.thaw.op.Op;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.SoftmaxCrossEntropyGrad;
import dev.thaw.op.SoftmaxGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;

import jcuda.driver.CUfunction;

/** Softmax and the ops on classes, row by row. */
final class ClassificationKernels {
    private ClassificationKernels() {}

    static void register(CudaKernelTable table) {
        table.add(
                Softmax.class, (engine, op) -> rows(engine, op, "softmax", op.y(), op.x(), op.y()));
        table.add(
                SoftmaxGrad.class,
                (engine, op) -> rows(engine, op, "softmax_grad", op.y(), op.y(), op.dy(), op.dx()));
        table.add(
                SoftmaxCrossEntropy.class,
                (engine, op) ->
                        rows(
                                engine,
                                op,
                                "cross_entropy" + form(op.target()),
                                op.logits(),
                                op.logits(),
                                op.target(),
                                op.loss()));
        table.add(
                SoftmaxCrossEntropyGrad.class,
                (engine, op) ->
                        rows(
                                engine,
                                op,
                                "cross_entropy" + form(op.target()) + "_grad",
                                op.logits(),
                                op.logits(),
                                op.target(),
                                op.dloss(),
                                op.dlogits()));
        table.add(
                OneHot.class,
                (engine, op) -> rows(engine, op, "one_hot", op.y(), op.classes(), op.y()));
        table.add(
                ArgMax.class, (engine, op) -> rows(engine, op, "arg_max", op.x(), op.x(), op.y()));
    }

    private static String form(Value target) {
        return target.dtype() == DType.INT32 ? "_sparse" : "";
    }

    /** A kernel of softmax.cu: its operands, then the rows and columns of {@code matrix}. */
    private static Prepared rows(
            Engine engine, Op op, String name, Value matrix, Value... operands) {
        if (matrix.size() == 0) {
            return Dispatch.nothing();
        }
        int columns = matrix.shape().dim(matrix.shape().rank() - 1);
        long rows = matrix.size() / columns;
        CUfunction f = engine.function("softmax", name);
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(operands)
                        .number(rows)
                        .integer(columns)
                        .launch(f, engine.heldRows(rows, columns));
    }
}
