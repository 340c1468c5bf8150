package dev.thaw.layer.core;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.MatMul;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * y = activation(x · kernel + bias). x: [.., I], kernel: [I, units], bias: [units], y: [.., units].
 */
public final class Dense extends UnaryLayer<Dense> {
    private int units;
    private ActivationFunction activation = ActivationFunction.LINEAR;
    private boolean useBias = true;
    private final WeightOptions kernel = WeightOptions.kernel();
    private final WeightOptions bias = WeightOptions.bias();

    /** A layer whose units are still to be given. */
    public Dense() {}

    /** A layer of this many units, at least 1. */
    public Dense(int units) {
        units(units);
    }

    /** A layer of this many units with an activation. */
    public Dense(int units, ActivationFunction activation) {
        units(units).activation(activation);
    }

    @Override
    protected void properties(Properties p) {
        units = p.integer("units", units, Range.atLeast(1));
        activation = p.object("activation", ActivationFunction.class, activation);
        useBias = p.bool("use_bias", useBias);
        WeightOptions.walk(p, kernel, bias);
    }

    /** The size of the last axis of y, at least 1; it must be given, there is no default. */
    public Dense units(int value) {
        return with("units", value);
    }

    /** Applied to the sum; default linear. */
    public Dense activation(ActivationFunction value) {
        return with("activation", value);
    }

    /** Whether a bias is added; default true. */
    public Dense useBias(boolean value) {
        return with("use_bias", value);
    }

    /** First value of the kernel; default Glorot uniform. */
    public Dense kernelInitializer(Initializer value) {
        return with("kernel_initializer", value);
    }

    /** First value of the bias; default zeros. */
    public Dense biasInitializer(Initializer value) {
        return with("bias_initializer", value);
    }

    /** What the loss adds for the kernel; null, the default, for nothing. */
    public Dense kernelRegularizer(Regularizer value) {
        return with("kernel_regularizer", value);
    }

    /** What the loss adds for the bias; null, the default, for nothing. */
    public Dense biasRegularizer(Regularizer value) {
        return with("bias_regularizer", value);
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public Dense kernelConstraint(Constraint value) {
        return with("kernel_constraint", value);
    }

    /** What the bias is pulled back to after each step; null, the default, for nothing. */
    public Dense biasConstraint(Constraint value) {
        return with("bias_constraint", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 2 || input.last() == Shape.NONE) {
            throw refuse(
                    "input must be at least (batch, features) with known features, got " + input);
        }
        if (isBuilt() && variable("kernel").shape().dim(0) != input.last()) {
            int rows = variable("kernel").shape().dim(0);
            throw refuse(
                    "input's last axis must be %s (its kernel has %s rows), got %s"
                            .formatted(rows, rows, input.last()));
        }
        return input.withDim(-1, units);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        List<WeightSpec> specs = new ArrayList<>();
        specs.add(WeightSpec.trainable(kernel, Shape.of(input.last(), units)));
        if (useBias) {
            specs.add(WeightSpec.trainable(bias, Shape.of(units)));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Shape in = x.shape();
        int rows = in.extent(0, in.rank() - 1);
        Value rowsIn = in.rank() == 2 ? x : l.temp("rows", Shape.of(rows, in.last()));
        if (rowsIn != x) {
            l.emit(new Reshape(x, rowsIn));
        }
        Value y = l.temp("dense", Shape.of(rows, units));
        l.emit(
                new MatMul(
                        rowsIn,
                        l.weight("kernel"),
                        useBias ? l.weight("bias") : null,
                        y,
                        false,
                        false));
        Value activated = activation.lower(l, y);
        if (in.rank() == 2) {
            return activated;
        }
        Value result = l.temp("dense", in.withDim(-1, units));
        l.emit(new Reshape(activated, result));
        return result;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
