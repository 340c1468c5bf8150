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
                Cast,
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

    /**
     * The inputs that a gradient can pass back to: all, or none where the slope is 0 wherever there
     * is one.
     */
    default List<Value> differentiable() {
        return inputs();
    }

    /** Emits the ops of this op's own gradient rule. */
    default void gradient(Gradients g) {
        throw new NoGradientException(g.scope(), this);
    }

    /** What the op draws random numbers for, in words; empty for an op that draws none. */
    default String randomness() {
        return "";
    }

    /** The op with its operands by name: {@code Softmax x=%7 -> y=%8}. */
    default String print() {
        return Operands.print(this);
    }
}
