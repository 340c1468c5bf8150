package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Rectifier;

import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnActivationMode;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;

/** A forward convolution by cuDNN, alone or with bias and ReLU in the same call. */
record CudnnForward(
        Engine engine, CudnnConvolution c, CudnnPass.Choice choice, Memory memory, String doing) {
    /** Where the operands are. */
    record Memory(DeviceAddress x, DeviceAddress w, DeviceAddress scratch, DeviceAddress y) {}

    /** Bias and rectifier follow. */
    Kernel plain() {
        return CudnnCall.tried(
                "cudnnConvolutionForward",
                doing,
                () ->
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
                                memory.y));
    }

    /**
     * Everything in one call; null where cuDNN has none: it knows ReLU, and no activation at all
     * with one of its algorithms.
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
        try {
            cudnnActivationDescriptor activation = c.descriptors().activation(mode);
            return CudnnCall.tried(
                    "cudnnConvolutionBiasActivationForward", doing, () -> call(bias, activation));
        } catch (CudnnException e) {
            return null; // the plain one is left
        }
    }

    private int call(DeviceAddress bias, cudnnActivationDescriptor activation) {
        return cudnnConvolutionBiasActivationForward(
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
                memory.y,
                c.bias(),
                bias,
                activation,
                c.y(),
                memory.y);
    }
}
