package dev.thaw.layer.core;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Equal;
import dev.thaw.op.Formula;
import dev.thaw.op.Gather;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * Each whole number becomes a row of a table that is learnt: y[n, ..] = embeddings[x[n, ..]]. x:
 * INT32, INT64 or FLOAT32 (cut to whole numbers, as Keras does) of any shape; embeddings:
 * [inputDim, outputDim]; y: [.., outputDim]. A number below 0 counts from the end; one that names
 * no row makes NaN.
 */
public final class Embedding extends UnaryLayer<Embedding> {
    private int inputDim;
    private int outputDim;
    private final WeightOptions embeddings =
            new WeightOptions("embeddings", Initializer.randomUniform(-.05, .05));
    private boolean maskZero;

    /** A layer whose extents are still to be given. */
    public Embedding() {}

    /** For numbers in [0, inputDim), a row of outputDim each; both at least 1. */
    public Embedding(int inputDim, int outputDim) {
        inputDim(inputDim).outputDim(outputDim);
    }

    @Override
    protected void properties(Properties p) {
        inputDim = p.integer("input_dim", inputDim, Range.atLeast(1));
        outputDim = p.integer("output_dim", outputDim, Range.atLeast(1));
        WeightOptions.initializers(p, embeddings);
        WeightOptions.regularizers(p, embeddings);
        activityRegularizer(p);
        WeightOptions.constraints(p, embeddings);
        maskZero = p.bool("mask_zero", maskZero);
    }

    /** How many rows the table has, at least 1; it must be given, there is no default. */
    public Embedding inputDim(int value) {
        return with("input_dim", value);
    }

    /** How many numbers a row has, at least 1; it must be given, there is no default. */
    public Embedding outputDim(int value) {
        return with("output_dim", value);
    }

    /** First value of the table; default uniform in [-0.05, 0.05). */
    public Embedding embeddingsInitializer(Initializer value) {
        return with("embeddings_initializer", value);
    }

    /** What the loss adds for the table; null, the default, for nothing. */
    public Embedding embeddingsRegularizer(Regularizer value) {
        return with("embeddings_regularizer", value);
    }

    /** What the table is pulled back to after each step; null, the default, for nothing. */
    public Embedding embeddingsConstraint(Constraint value) {
        return with("embeddings_constraint", value);
    }

    /**
     * Whether 0 means that there is nothing at this position, and y carries a mask; default false.
     */
    public Embedding maskZero(boolean value) {
        return with("mask_zero", value);
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
        return List.of(WeightSpec.trainable(embeddings, Shape.of(inputDim, outputDim)));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value rows = l.temp("rows", Shape.of(x.shape().extent(0, x.shape().rank()), outputDim));
        l.emit(
                new Gather(
                        l.weight("embeddings"),
                        f.reshape(x, Shape.of(x.shape().extent(0, x.shape().rank()))),
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
}
