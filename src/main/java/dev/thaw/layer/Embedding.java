package dev.thaw.layer;

import dev.thaw.op.Equal;
import dev.thaw.op.Formula;
import dev.thaw.op.Gather;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Each whole number becomes a row of a table that is learnt: y[n, ..] = embeddings[x[n, ..]]. x:
 * INT32, INT64 or FLOAT32 (cut to whole numbers, as Keras does) of any shape; embeddings:
 * [inputDim, outputDim]; y: [.., outputDim]. A number below 0 counts from the end; one that names
 * no row makes NaN.
 */
public final class Embedding extends UnaryLayer {
    private final int inputDim;
    private final int outputDim;
    private WeightOptions embeddings = WeightOptions.of(Initializer.randomUniform(-.05, .05));
    private boolean maskZero;

    /** For numbers in [0, inputDim), a row of outputDim each; both at least 1. */
    public Embedding(int inputDim, int outputDim) {
        if (inputDim < 1 || outputDim < 1) {
            throw refuse(
                    "inputDim and outputDim must be at least 1, got "
                            + inputDim
                            + " and "
                            + outputDim);
        }
        this.inputDim = inputDim;
        this.outputDim = outputDim;
    }

    /** What the table begins with and what holds for it; default uniform in [-0.05, 0.05). */
    public Embedding embeddings(WeightOptions value) {
        refuseIfBuilt("embeddings");
        embeddings = Objects.requireNonNull(value, "embeddings");
        return this;
    }

    /**
     * Whether 0 means that there is nothing at this position, and y carries a mask; default false.
     */
    public Embedding maskZero(boolean value) {
        refuseIfBuilt("maskZero");
        maskZero = value;
        return this;
    }

    @Override
    public boolean takes(int input, DType dtype) {
        return true;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 1) {
            throw refuse("input must have a batch axis, got " + input);
        }
        return input.append(outputDim);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of(embeddings.spec("embeddings", Shape.of(inputDim, outputDim)));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value rows = l.temp("rows", Shape.of(Math.toIntExact(x.size()), outputDim));
        l.emit(
                new Gather(
                        l.weight("embeddings"),
                        f.reshape(x, Shape.of(Math.toIntExact(x.size()))),
                        rows));
        Value y = f.reshape(rows, outputShape(x.shape()));
        if (maskZero) {
            Value zero = l.temp("zero", x.shape());
            l.emit(new Equal(x, l.constant("zeros", Tensor.zeros(x.shape(), x.dtype())), zero));
            l.setMask(y, f.affine(zero, -1, 1));
        }
        return y;
    }

    /** As Keras: where 0 is a number like any other, a mask ends here. */
    @Override
    public boolean supportsMasking() {
        return maskZero;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("input_dim", inputDim);
        config.put("output_dim", outputDim);
        config.put("embeddings_initializer", embeddings.initializer());
        config.put("embeddings_regularizer", embeddings.regularizer());
        config.put("activity_regularizer", activityRegularizer());
        config.put("embeddings_constraint", embeddings.constraint());
        config.put("mask_zero", maskZero);
    }
}
