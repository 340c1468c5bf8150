package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnDropoutDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnTensorDescriptor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/** cuDNN's descriptors of one op, destroyed together. */
final class Descriptors implements AutoCloseable {
    private final String doing;
    private final Deque<Runnable> owned = new ArrayDeque<>();

    Descriptors(Op op) {
        doing = Engine.describe(op);
    }

    /** The op with its operands. */
    String doing() {
        return doing;
    }

    /** Throws where a call failed. */
    void check(int status, String call) {
        Status.cudnn(status, call, doing);
    }

    /** Something else to give back with the descriptors. */
    void own(AutoCloseable resource) {
        owned.push(
                () -> {
                    try {
                        resource.close();
                    } catch (Exception e) {
                        throw new IllegalStateException(doing, e);
                    }
                });
    }

    private cudnnTensorDescriptor tensor() {
        cudnnTensorDescriptor d = new cudnnTensorDescriptor();
        check(cudnnCreateTensorDescriptor(d), "cudnnCreateTensorDescriptor");
        owned.push(() -> cudnnDestroyTensorDescriptor(d));
        return d;
    }

    /** float32 in the order N, C, spatial.., stored in this format. */
    cudnnTensorDescriptor tensor(int format, int... dims) {
        cudnnTensorDescriptor d = tensor();
        check(
                cudnnSetTensorNdDescriptorEx(
                        d, format, cudnnDataType.CUDNN_DATA_FLOAT, dims.length, dims),
                "cudnnSetTensorNdDescriptorEx");
        return d;
    }

    /** One number per channel, for statistics and weights of x. */
    cudnnTensorDescriptor perChannel(cudnnTensorDescriptor x, int mode) {
        cudnnTensorDescriptor d = tensor();
        check(cudnnDeriveBNTensorDescriptor(d, x, mode), "cudnnDeriveBNTensorDescriptor");
        return d;
    }

    /** float32 filters in the order F, C, window.., stored in this format. */
    cudnnFilterDescriptor filter(int format, int... dims) {
        cudnnFilterDescriptor d = new cudnnFilterDescriptor();
        check(cudnnCreateFilterDescriptor(d), "cudnnCreateFilterDescriptor");
        owned.push(() -> cudnnDestroyFilterDescriptor(d));
        check(
                cudnnSetFilterNdDescriptor(
                        d, cudnnDataType.CUDNN_DATA_FLOAT, format, dims.length, dims),
                "cudnnSetFilterNdDescriptor");
        return d;
    }

    /** A cross-correlation. */
    cudnnConvolutionDescriptor convolution(
            int[] pads, int[] strides, int[] dilation, int groups, int math) {
        cudnnConvolutionDescriptor d = new cudnnConvolutionDescriptor();
        check(cudnnCreateConvolutionDescriptor(d), "cudnnCreateConvolutionDescriptor");
        owned.push(() -> cudnnDestroyConvolutionDescriptor(d));
        check(
                cudnnSetConvolutionNdDescriptor(
                        d,
                        pads.length,
                        pads,
                        strides,
                        dilation,
                        cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                        cudnnDataType.CUDNN_DATA_FLOAT),
                "cudnnSetConvolutionNdDescriptor");
        check(cudnnSetConvolutionGroupCount(d, groups), "cudnnSetConvolutionGroupCount");
        check(cudnnSetConvolutionMathType(d, math), "cudnnSetConvolutionMathType");
        return d;
    }

    /** An activation that keeps NaN. */
    cudnnActivationDescriptor activation(int mode) {
        cudnnActivationDescriptor d = new cudnnActivationDescriptor();
        check(cudnnCreateActivationDescriptor(d), "cudnnCreateActivationDescriptor");
        owned.push(() -> cudnnDestroyActivationDescriptor(d));
        check(
                cudnnSetActivationDescriptor(d, mode, cudnnNanPropagation.CUDNN_PROPAGATE_NAN, 0),
                "cudnnSetActivationDescriptor");
        return d;
    }

    /** A dropout that is not set yet. */
    cudnnDropoutDescriptor dropout() {
        cudnnDropoutDescriptor d = new cudnnDropoutDescriptor();
        check(cudnnCreateDropoutDescriptor(d), "cudnnCreateDropoutDescriptor");
        owned.push(() -> cudnnDestroyDropoutDescriptor(d));
        return d;
    }

    /** An op that owns these descriptors. */
    Prepared prepared(long workspaceBytes, WithWorkspace.Binder binder) {
        return new Owner(this, workspaceBytes, binder);
    }

    private record Owner(Descriptors of, long workspaceBytes, WithWorkspace.Binder binder)
            implements Prepared {
        @Override
        public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
            return binder.bind(
                    buffers, workspace == null ? null : ((CudaBuffer) workspace).address());
        }

        @Override
        public void close() {
            of.close();
        }
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            owned.pop().run();
        }
    }
}
