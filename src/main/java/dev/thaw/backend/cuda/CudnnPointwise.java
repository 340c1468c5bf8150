package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Fn;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxGrad;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;

import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnActivationMode;
import jcuda.jcudnn.cudnnSoftmaxAlgorithm;
import jcuda.jcudnn.cudnnSoftmaxMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** Activations and softmax by cuDNN. */
final class CudnnPointwise {
    private static final int NCHW = cudnnTensorFormat.CUDNN_TENSOR_NCHW;
    private static final int ACCURATE = cudnnSoftmaxAlgorithm.CUDNN_SOFTMAX_ACCURATE;
    private static final int INSTANCE = cudnnSoftmaxMode.CUDNN_SOFTMAX_MODE_INSTANCE;

    private CudnnPointwise() {}

    static void register(CudaKernelTable table) {
        table.prefer(Unary.class, e -> e.uses(CudnnUse.ACTIVATION), CudnnPointwise::unary);
        table.prefer(UnaryGrad.class, e -> e.uses(CudnnUse.ACTIVATION), CudnnPointwise::unaryGrad);
        table.prefer(Softmax.class, e -> e.uses(CudnnUse.SOFTMAX), CudnnPointwise::softmax);
        table.prefer(SoftmaxGrad.class, e -> e.uses(CudnnUse.SOFTMAX), CudnnPointwise::softmaxGrad);
    }

    /** cuDNN's descriptor of the function; null where it has none. */
    private static cudnnActivationDescriptor activation(Descriptors own, Fn fn) {
        return switch (fn.kind()) {
            case RELU -> own.activation(cudnnActivationMode.CUDNN_ACTIVATION_RELU, 0);
            case RELU6 -> own.activation(cudnnActivationMode.CUDNN_ACTIVATION_CLIPPED_RELU, 6);
            case SIGMOID -> own.activation(cudnnActivationMode.CUDNN_ACTIVATION_SIGMOID, 0);
            case TANH -> own.activation(cudnnActivationMode.CUDNN_ACTIVATION_TANH, 0);
            default -> null;
        };
    }

    private static cudnnTensorDescriptor all(Descriptors own, Value v) {
        return own.tensor(NCHW, 1, 1, 1, Math.toIntExact(v.size()));
    }

    private static Prepared unary(Engine engine, Unary op) {
        Descriptors own = new Descriptors(op);
        cudnnActivationDescriptor f = op.x().size() == 0 ? null : activation(own, op.fn());
        if (f == null) {
            return null;
        }
        cudnnTensorDescriptor d = all(own, op.x());
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress x = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                    return () ->
                            own.check(
                                    cudnnActivationForward(
                                            engine.cudnn(),
                                            f,
                                            engine.one(),
                                            d,
                                            x,
                                            engine.zero(),
                                            d,
                                            y),
                                    "cudnnActivationForward");
                });
    }

    private static Prepared unaryGrad(Engine engine, UnaryGrad op) {
        Descriptors own = new Descriptors(op);
        cudnnActivationDescriptor f = op.x().size() == 0 ? null : activation(own, op.fn());
        if (f == null) {
            return null;
        }
        cudnnTensorDescriptor d = all(own, op.x());
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress x = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                    DeviceAddress dy = CudaBuffer.of(op.dy(), buffers).address();
                    DeviceAddress dx = CudaBuffer.of(op.dx(), buffers).address();
                    return () ->
                            own.check(
                                    cudnnActivationBackward(
                                            engine.cudnn(),
                                            f,
                                            engine.one(),
                                            d,
                                            y,
                                            d,
                                            dy,
                                            d,
                                            x,
                                            engine.zero(),
                                            d,
                                            dx),
                                    "cudnnActivationBackward");
                });
    }

    private static cudnnTensorDescriptor rows(Descriptors own, Value v) {
        int columns = v.shape().last();
        return own.tensor(NCHW, Math.toIntExact(v.size() / columns), columns, 1, 1);
    }

    private static Prepared softmax(Engine engine, Softmax op) {
        if (op.x().size() == 0) {
            return null;
        }
        Descriptors own = new Descriptors(op);
        cudnnTensorDescriptor d = rows(own, op.x());
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress x = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                    return () ->
                            own.check(
                                    cudnnSoftmaxForward(
                                            engine.cudnn(),
                                            ACCURATE,
                                            INSTANCE,
                                            engine.one(),
                                            d,
                                            x,
                                            engine.zero(),
                                            d,
                                            y),
                                    "cudnnSoftmaxForward");
                });
    }

    private static Prepared softmaxGrad(Engine engine, SoftmaxGrad op) {
        if (op.y().size() == 0) {
            return null;
        }
        Descriptors own = new Descriptors(op);
        cudnnTensorDescriptor d = rows(own, op.y());
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                    DeviceAddress dy = CudaBuffer.of(op.dy(), buffers).address();
                    DeviceAddress dx = CudaBuffer.of(op.dx(), buffers).address();
                    return () ->
                            own.check(
                                    cudnnSoftmaxBackward(
                                            engine.cudnn(),
                                            ACCURATE,
                                            INSTANCE,
                                            engine.one(),
                                            d,
                                            y,
                                            d,
                                            dy,
                                            engine.zero(),
                                            d,
                                            dx),
                                    "cudnnSoftmaxBackward");
                });
    }
}
