package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.Pipeline.Argument;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import java.util.ArrayList;
import java.util.List;

/**
 * Batch normalization. The statistics are Java's, in double precision where it counts; the rest is
 * oneDNN's where it has fast code ({@link BatchNormPrimitives}) and Java's elsewhere ({@link
 * BatchNormLoops}).
 */
final class BatchNormKernels {
    private BatchNormKernels() {}

    static void register(KernelTable table) {
        table.add(BatchNormTrain.class, BatchNormKernels::train);
        table.add(BatchNormTrainGrad.class, BatchNormKernels::trainGrad);
        table.add(BatchNormInfer.class, BatchNormKernels::infer);
        table.add(BatchNormInferGrad.class, BatchNormKernels::inferGrad);
    }

    private static Prepared train(BatchNormTrain op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        Pipeline line = new Pipeline();
        Pipeline.Storage shift = line.room((long) tiles.channels * Float.BYTES);
        int flags = dnnl_use_shift | (op.gamma() == null ? 0 : dnnl_use_scale);
        Epilogue epilogue = new Epilogue(op.residual(), op.rectifier());
        Primitive p =
                epilogue.inOnePass(op.y())
                        ? null
                        : BatchNormPrimitives.forward(
                                op.x().shape(), op.axis(), op.epsilon(), flags);
        line.then(
                m ->
                        new BatchNormLoops.Train(
                                op, tiles, m, p == null ? null : shift.in(m).floats()));
        if (p != null) {
            List<Argument> arguments =
                    NormalizationKernels.operands(
                            op.x(), op.y(), op.mean(), op.variance(), op.gamma(), null);
            arguments.add(new Argument(DNNL_ARG_SHIFT, shift));
            line.then(line.own(p), arguments);
            finish(line, epilogue, op.y());
        }
        return line;
    }

    private static void finish(Pipeline line, Epilogue epilogue, Value y) {
        if (epilogue.isThere()) {
            line.then(m -> epilogue.after(y, m));
        }
    }

    private static Prepared infer(BatchNormInfer op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        int flags = NormalizationKernels.flags(op.gamma(), op.beta());
        Epilogue epilogue = new Epilogue(op.residual(), op.rectifier());
        Primitive p =
                epilogue.inOnePass(op.y())
                        ? null
                        : BatchNormPrimitives.forward(
                                op.x().shape(), op.axis(), op.epsilon(), flags);
        Pipeline line = new Pipeline();
        if (p == null) {
            ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
            return line.then(m -> new BatchNormLoops.Infer(op, tiles, m));
        }
        List<Argument> arguments =
                NormalizationKernels.operands(
                        op.x(), op.y(), op.mean(), op.variance(), op.gamma(), op.beta());
        line.then(line.own(p), arguments);
        finish(line, epilogue, op.y());
        return line;
    }

    private static Prepared trainGrad(BatchNormTrainGrad op) {
        Pipeline line = new Pipeline();
        Pipeline.Storage up =
                upstream(line, op.rectifier(), op.y(), op.dy(), op.dresidual(), op.dx());
        // oneDNN's fast code computes all three results
        if (op.dx() != null && fastGrad(line, op, up, 0)) {
            return line;
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        return line.then(m -> new BatchNormLoops.TrainGrad(op, tiles, m, up.in(m).floats()));
    }

    private static Prepared inferGrad(BatchNormInferGrad op) {
        boolean weights = op.dgamma() != null || op.dbeta() != null;
        Pipeline line = new Pipeline();
        Pipeline.Storage up =
                upstream(line, op.rectifier(), op.y(), op.dy(), op.dresidual(), op.dx());
        BatchNormTrainGrad all =
                new BatchNormTrainGrad(
                        op.x(),
                        op.dy(),
                        op.gamma(),
                        op.mean(),
                        op.variance(),
                        op.dx(),
                        op.dgamma(),
                        op.dbeta(),
                        op.axis(),
                        op.epsilon());
        if (op.dx() != null && weights && fastGrad(line, all, up, dnnl_use_global_stats)) {
            return line;
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        return line.then(m -> new BatchNormLoops.InferGrad(op, tiles, m, up.in(m).floats()));
    }

    /**
     * The upstream gradient as far as the rectifier let it through. It goes where the residual's
     * gradient belongs, else where dx will overwrite it.
     */
    private static Pipeline.Storage upstream(
            Pipeline line, Rectifier rectifier, Value y, Value dy, Value dresidual, Value dx) {
        if (rectifier == Rectifier.NONE || dy.size() == 0) {
            return Pipeline.operand(dy);
        }
        Value room = dresidual != null ? dresidual : dx;
        Pipeline.Storage passed = line.operandOrRoom(room, dy.size() * Float.BYTES);
        ActivationKernels.passed(line, rectifier, y, dy, passed);
        return passed;
    }

    /** By oneDNN, with what is not wanted in the workspace; false where that would be slow. */
    private static boolean fastGrad(
            Pipeline line, BatchNormTrainGrad op, Pipeline.Storage up, int statistics) {
        boolean scaled = op.gamma() != null || op.dgamma() != null;
        int weights =
                (scaled ? dnnl_use_scale : 0) | (scaled || op.dbeta() != null ? dnnl_use_shift : 0);
        Primitive p =
                BatchNormPrimitives.backward(
                        op.x().shape(),
                        op.axis(),
                        op.epsilon(),
                        statistics | weights,
                        weights == 0 ? dnnl_backward_data : dnnl_backward);
        if (p == null) {
            return false;
        }
        List<Argument> arguments = new ArrayList<>();
        arguments.add(arg(DNNL_ARG_SRC, op.x()));
        arguments.add(new Argument(DNNL_ARG_DIFF_DST, up));
        arguments.add(arg(DNNL_ARG_DIFF_SRC, op.dx()));
        arguments.add(arg(DNNL_ARG_MEAN, op.mean()));
        arguments.add(arg(DNNL_ARG_VARIANCE, op.variance()));
        long bytes = op.mean().size() * Float.BYTES;
        if (scaled) {
            arguments.add(arg(DNNL_ARG_SCALE, op.gamma()));
            arguments.add(
                    new Argument(DNNL_ARG_DIFF_SCALE, line.operandOrRoom(op.dgamma(), bytes)));
        }
        if (weights != 0) {
            arguments.add(new Argument(DNNL_ARG_DIFF_SHIFT, line.operandOrRoom(op.dbeta(), bytes)));
        }
        line.then(line.own(p), arguments);
        return true;
    }

    private static Argument arg(int index, Value v) {
        return new Argument(index, Pipeline.operand(v));
    }
}
