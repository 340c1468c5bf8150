package dev.thaw.op;

import java.util.List;

/**
 * One step of a program: a record of named operands and constant attributes, about the size of one
 * cuDNN or oneDNN call. An op has no mode: what differs between training and inference is another
 * op.
 */
public sealed interface Op
        permits Unary,
                UnaryGrad,
                Binary,
                Affine,
                Fill,
                Broadcast,
                Reduce,
                ReduceMaxGrad,
                Reshape,
                StopGradient,
                Transpose,
                Resample,
                Pad,
                Slice,
                Concat,
                MatMul,
                BiasGrad,
                Convolution,
                ConvolutionGradInput,
                ConvolutionGradFilter,
                DepthwiseConvolution,
                DepthwiseConvolutionGradInput,
                DepthwiseConvolutionGradFilter,
                Pool,
                PoolGrad,
                BatchNormTrain,
                BatchNormTrainGrad,
                BatchNormInfer,
                BatchNormInferGrad,
                MovingAverage,
                LayerNorm,
                LayerNormGrad,
                Dropout,
                GaussianDropout,
                GaussianNoise,
                AlphaDropout,
                Increment,
                Uniform,
                Warp,
                Softmax,
                SoftmaxGrad,
                SoftmaxCrossEntropy,
                SoftmaxCrossEntropyGrad,
                OneHot,
                Gather,
                GatherGrad,
                ArgMax,
                Equal,
                Accumulate,
                Guard,
                ApplyRule,
                Assign,
                Gate {

    /** What the op reads, states that it changes included. */
    default List<Value> inputs() {
        List<Value> all = Operands.of(this, Operands.Use.READ);
        all.addAll(updates());
        return all;
    }

    /** What the op writes in full. */
    default List<Value> outputs() {
        return Operands.of(this, Operands.Use.WRITE);
    }

    /** The states that the op changes in place. */
    default List<Value> updates() {
        return Operands.of(this, Operands.Use.UPDATE);
    }

    /** Emits the ops of this op's own gradient rule. */
    default void gradient(Gradients g) {
        throw new IllegalStateException(
                getClass().getSimpleName()
                        + " has no gradient: put it in front of the first layer that trains, or"
                        + " freeze what stands before it");
    }

    /** The op with its operands by name: {@code Softmax x=%7 -> y=%8}. */
    default String print() {
        return Operands.print(this);
    }
}
