package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Rectifier;

import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnActivationMode;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnNanPropagation;

/** A forward convolution by cuDNN, alone or with bias and ReLU in the same call. */
record CudnnForward(
        Engine engine,
        CudnnConvolution c,
        CudnnConvolution.Choice choice,
        Memory memory,
        String doing) {
    /** Where the operands are. */
    record Memory(DeviceAddress x, DeviceAddress w, DeviceAddress scratch, DeviceAddress y) {}

    /** Bias and rectifier follow. */
    Kernel plain() {
        return () ->
                Status.cudnn(
                        cudnnConvolutionForward(
                                engine.cudnn(),
                                engine.one(),
                                c.x(),
                                memory.x,
                                c.w(),
                                memory.w,
                                c.convolution(),
                                choice.algorithm(),
                                memory.scratch,
                                choice.bytes(),
                                engine.zero(),
                                c.y(),
                                memory.y),
                        "cudnnConvolutionForward",
                        doing);
    }

    /**
     * Everything in one call; null where cuDNN has none: it knows ReLU, and no activation at all
     * with one of its algorithms. Which shapes it takes, only a call tells: one is made here, and
     * what it writes is overwritten by the first launch.
     */
    Kernel fused(Rectifier rectifier, DeviceAddress bias) {
        int precomputed = cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
        if (rectifier == Rectifier.RELU6
                || rectifier == Rectifier.NONE && choice.algorithm() != precomputed) {
            return null;
        }
        int mode =
                rectifier == Rectifier.RELU
                        ? cudnnActivationMode.CUDNN_ACTIVATION_RELU
                        : cudnnActivationMode.CUDNN_ACTIVATION_IDENTITY;
        Fused kernel = new Fused(this, bias, new cudnnActivationDescriptor());
        try {
            Status.cudnn(
                    cudnnCreateActivationDescriptor(kernel.activation),
                    "cudnnCreateActivationDescriptor",
                    doing);
            Status.cudnn(
                    cudnnSetActivationDescriptor(
                            kernel.activation, mode, cudnnNanPropagation.CUDNN_PROPAGATE_NAN, 0),
                    "cudnnSetActivationDescriptor",
                    doing);
            if (kernel.call() == 0) {
                return kernel;
            }
        } catch (RuntimeException | Error e) {
            kernel.close();
            throw e;
        }
        kernel.close();
        return null;
    }

    private record Fused(CudnnForward of, DeviceAddress bias, cudnnActivationDescriptor activation)
            implements Kernel {
        int call() {
            return cudnnConvolutionBiasActivationForward(
                    of.engine.cudnn(),
                    of.engine.one(),
                    of.c.x(),
                    of.memory.x,
                    of.c.w(),
                    of.memory.w,
                    of.c.convolution(),
                    of.choice.algorithm(),
                    of.memory.scratch,
                    of.choice.bytes(),
                    of.engine.zero(),
                    of.c.y(),
                    of.memory.y,
                    of.c.bias(),
                    bias,
                    activation,
                    of.c.y(),
                    of.memory.y);
        }

        @Override
        public void launch() {
            Status.cudnn(call(), "cudnnConvolutionBiasActivationForward", of.doing);
        }

        @Override
        public void close() {
            cudnnDestroyActivationDescriptor(activation);
        }
    }
}
