package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Op;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import jcuda.jcudnn.cudnnBatchNormMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.List;
import java.util.function.Function;

/**
 * Batch normalization by cuDNN. Its conventions end here: its moving variance has Bessel's
 * correction, which is undone; it is asked for moving statistics that forget all else, started at
 * 0, as these are the batch's own with all digits; the gradient wants an inverse deviation, which a
 * kernel of ours makes of the variance. In float32 it fuses nothing, so that a residual and a
 * rectifier are one more kernel of ours behind it, and one before its gradient. It has no gradient
 * on given statistics: that stays with our kernels. Where it refuses its call, which is tried when
 * the op is bound, {@link OrOwn} takes our kernels.
 */
final class CudnnBatchNorm {
    private final Engine engine;
    private final Descriptors own;
    private final Op op;
    private final int mode;
    private final cudnnTensorDescriptor x;
    private final cudnnTensorDescriptor statistics;
    private final int channels;
    private final long perChannel;

    private CudnnBatchNorm(Engine engine, Op op, int mode, Shape shape, int axis) {
        this.engine = engine;
        this.op = op;
        own = new Descriptors(op);
        this.mode = mode;
        channels = shape.dim(axis);
        perChannel = shape.size() / channels;
        int inner = Math.toIntExact(shape.size(axis + 1, shape.rank()));
        int images = axis == 0 ? 1 : shape.dim(0);
        int rows = Math.toIntExact(perChannel / inner / images);
        try {
            x =
                    inner == 1
                            ? own.tensor(
                                    cudnnTensorFormat.CUDNN_TENSOR_NHWC, images, channels, rows, 1)
                            : own.tensor(
                                    cudnnTensorFormat.CUDNN_TENSOR_NCHW,
                                    images * rows,
                                    channels,
                                    inner,
                                    1);
            statistics = own.perChannel(x, mode);
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    static void register(CudaKernelTable table) {
        register(table, "cudnn", cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL);
        register(table, "cudnn-persistent", cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL_PERSISTENT);
        // the modes differ in how they find statistics
        table.offer(BatchNormInfer.class, Family.BATCHNORM, "cudnn", CudnnBatchNorm::infer);
    }

    private static void register(CudaKernelTable table, String name, int mode) {
        table.offer(BatchNormTrain.class, Family.BATCHNORM, name, (e, o) -> train(e, o, mode));
        table.offer(
                BatchNormTrainGrad.class, Family.BATCHNORM, name, (e, o) -> trainGrad(e, o, mode));
    }

    /** Bessel's correction of a single value is 1 / 0. */
    private static boolean has(Value x, Value mean) {
        return x.size() > mean.size();
    }

    private static Prepared train(Engine engine, BatchNormTrain o, int mode) {
        return has(o.x(), o.mean())
                ? new CudnnBatchNorm(engine, o, mode, o.x().shape(), o.axis()).train(o)
                : null;
    }

    private static Prepared infer(Engine engine, BatchNormInfer o) {
        int mode = cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL;
        return o.x().size() > 0
                ? new CudnnBatchNorm(engine, o, mode, o.x().shape(), o.axis()).infer(o)
                : null;
    }

    private static Prepared trainGrad(Engine engine, BatchNormTrainGrad o, int mode) {
        return o.dx() != null && has(o.x(), o.mean())
                ? new CudnnBatchNorm(engine, o, mode, o.x().shape(), o.axis()).trainGrad(o)
                : null;
    }

    private long room() {
        return WithWorkspace.floats(channels);
    }

    /** The operand, or a room of the workspace that is filled with a number before each launch. */
    private DeviceAddress orFilled(
            Value v,
            double number,
            DeviceAddress room,
            Function<Value, Buffer> buffers,
            List<Kernel> before) {
        if (v == null) {
            before.add(fill(engine.arguments(op, buffers).address(room), number));
        }
        return orRoom(v, room, buffers);
    }

    private static DeviceAddress orRoom(
            Value v, DeviceAddress room, Function<Value, Buffer> buffers) {
        return v == null ? room : DeviceAddress.of(v, buffers);
    }

    private Kernel fill(Arguments target, double number) {
        return target.number(channels)
                .real(number)
                .launch(engine.function("elementwise", "fill"), engine.grid(channels));
    }

    private Prepared train(BatchNormTrain o) {
        double unbessel = (perChannel - 1.) / perChannel;
        return own.prepared(
                2 * room(),
                (buffers, workspace) ->
                        Sequence.gather(
                                all -> {
                                    for (Value v : List.of(o.mean(), o.variance())) {
                                        all.add(fill(engine.arguments(o, buffers).value(v), 0));
                                    }
                                    DeviceAddress gamma =
                                            orFilled(o.gamma(), 1, workspace, buffers, all);
                                    DeviceAddress beta =
                                            orFilled(
                                                    o.beta(),
                                                    0,
                                                    workspace.plus(room()),
                                                    buffers,
                                                    all);
                                    DeviceAddress from = DeviceAddress.of(o.x(), buffers);
                                    DeviceAddress to = DeviceAddress.of(o.y(), buffers);
                                    DeviceAddress mean = DeviceAddress.of(o.mean(), buffers);
                                    DeviceAddress variance =
                                            DeviceAddress.of(o.variance(), buffers);
                                    all.add(
                                            CudnnCall.tried(
                                                    "cudnnBatchNormalizationForwardTraining",
                                                    own.doing(),
                                                    () ->
                                                            cudnnBatchNormalizationForwardTraining(
                                                                    engine.cudnn(),
                                                                    mode,
                                                                    engine.one(),
                                                                    engine.zero(),
                                                                    x,
                                                                    from,
                                                                    x,
                                                                    to,
                                                                    statistics,
                                                                    gamma,
                                                                    beta,
                                                                    1,
                                                                    mean,
                                                                    variance,
                                                                    o.epsilon(),
                                                                    null,
                                                                    null)));
                                    all.add(
                                            engine.arguments(o, buffers)
                                                    .values(o.variance(), o.variance())
                                                    .number(channels)
                                                    .real(unbessel)
                                                    .real(0)
                                                    .launch(
                                                            engine.function(
                                                                    "elementwise", "affine"),
                                                            engine.grid(channels)));
                                    end(o.y(), o.residual(), o.rectifier(), buffers, all);
                                }));
    }

    private Prepared infer(BatchNormInfer o) {
        return own.prepared(
                2 * room(),
                (buffers, workspace) ->
                        Sequence.gather(
                                all -> {
                                    DeviceAddress gamma =
                                            orFilled(o.gamma(), 1, workspace, buffers, all);
                                    DeviceAddress beta =
                                            orFilled(
                                                    o.beta(),
                                                    0,
                                                    workspace.plus(room()),
                                                    buffers,
                                                    all);
                                    DeviceAddress from = DeviceAddress.of(o.x(), buffers);
                                    DeviceAddress to = DeviceAddress.of(o.y(), buffers);
                                    DeviceAddress mean = DeviceAddress.of(o.mean(), buffers);
                                    DeviceAddress variance =
                                            DeviceAddress.of(o.variance(), buffers);
                                    all.add(
                                            CudnnCall.tried(
                                                    "cudnnBatchNormalizationForwardInference",
                                                    own.doing(),
                                                    () ->
                                                            cudnnBatchNormalizationForwardInference(
                                                                    engine.cudnn(),
                                                                    mode,
                                                                    engine.one(),
                                                                    engine.zero(),
                                                                    x,
                                                                    from,
                                                                    x,
                                                                    to,
                                                                    statistics,
                                                                    gamma,
                                                                    beta,
                                                                    mean,
                                                                    variance,
                                                                    o.epsilon())));
                                    end(o.y(), o.residual(), o.rectifier(), buffers, all);
                                }));
    }

    /** y = r(y + residual), where there is anything to do. */
    private void end(
            Value y,
            Value residual,
            Rectifier rectifier,
            Function<Value, Buffer> buffers,
            List<Kernel> all) {
        Arguments a = engine.arguments(op, buffers);
        if (residual != null) {
            all.add(
                    a.values(y, residual)
                            .number(y.size())
                            .launch(
                                    engine.function(
                                            "elementwise", Epilogue.entry("add_to", rectifier)),
                                    engine.vectors(y.size())));
        } else if (rectifier != Rectifier.NONE) {
            all.add(Epilogue.rectified(engine, a, y, rectifier));
        }
    }

    private Prepared trainGrad(BatchNormTrainGrad o) {
        boolean passes = o.rectifier() != Rectifier.NONE;
        long passed = passes && o.dresidual() == null ? WithWorkspace.floats(o.dy().size()) : 0;
        return own.prepared(
                passed + 4 * room(),
                (buffers, memory) ->
                        Sequence.gather(
                                all -> {
                                    DeviceAddress dy =
                                            passes
                                                    ? orRoom(o.dresidual(), memory, buffers)
                                                    : DeviceAddress.of(o.dy(), buffers);
                                    if (passes) {
                                        all.add(
                                                Epilogue.passed(
                                                        engine,
                                                        engine.arguments(o, buffers)
                                                                .values(o.y(), o.dy())
                                                                .address(dy),
                                                        o.dy().size(),
                                                        o.rectifier()));
                                    }
                                    DeviceAddress workspace = memory.plus(passed);
                                    DeviceAddress gamma =
                                            orFilled(o.gamma(), 1, workspace, buffers, all);
                                    DeviceAddress inverse = workspace.plus(room());
                                    all.add(
                                            engine.arguments(o, buffers)
                                                    .value(o.variance())
                                                    .address(inverse)
                                                    .integer(channels)
                                                    .real(o.epsilon())
                                                    .launch(
                                                            engine.function(
                                                                    "batchnorm_grad",
                                                                    "bn_inverse_deviation"),
                                                            engine.grid(channels)));
                                    DeviceAddress from = DeviceAddress.of(o.x(), buffers);
                                    DeviceAddress dx = DeviceAddress.of(o.dx(), buffers);
                                    DeviceAddress mean = DeviceAddress.of(o.mean(), buffers);
                                    DeviceAddress dgamma =
                                            orRoom(o.dgamma(), workspace.plus(2 * room()), buffers);
                                    DeviceAddress dbeta =
                                            orRoom(o.dbeta(), workspace.plus(3 * room()), buffers);
                                    all.add(
                                            CudnnCall.tried(
                                                    "cudnnBatchNormalizationBackward",
                                                    own.doing(),
                                                    () ->
                                                            cudnnBatchNormalizationBackward(
                                                                    engine.cudnn(),
                                                                    mode,
                                                                    engine.one(),
                                                                    engine.zero(),
                                                                    engine.one(),
                                                                    engine.zero(),
                                                                    x,
                                                                    from,
                                                                    x,
                                                                    dy,
                                                                    x,
                                                                    dx,
                                                                    statistics,
                                                                    gamma,
                                                                    dgamma,
                                                                    dbeta,
                                                                    o.epsilon(),
                                                                    mean,
                                                                    inverse)));
                                }));
    }
}
