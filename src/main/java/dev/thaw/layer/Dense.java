package dev.thaw.layer;

import dev.thaw.op.MatMul;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * y = activation(x · kernel + bias). x: [.., I], kernel: [I, units], bias: [units], y: [.., units].
 */
public final class Dense extends UnaryLayer {
    private final int units;
    private ActivationFunction activation = ActivationFunction.LINEAR;
    private boolean useBias = true;
    private Initializer kernelInitializer = Initializer.glorotUniform();
    private Initializer biasInitializer = Initializer.zeros();
    private Regularizer kernelRegularizer = Regularizer.NONE;
    private Regularizer biasRegularizer = Regularizer.NONE;
    private Constraint kernelConstraint;
    private Constraint biasConstraint;

    /** A layer of this many units, at least 1. */
    public Dense(int units) {
        if (units < 1) {
            throw refuse("units must be at least 1, got " + units);
        }
        this.units = units;
    }

    /** A layer of this many units with an activation. */
    public Dense(int units, ActivationFunction activation) {
        this(units);
        this.activation = Objects.requireNonNull(activation, "activation");
    }

    /** Applied to the sum; default linear. */
    public Dense activation(ActivationFunction value) {
        refuseIfBuilt("activation");
        activation = Objects.requireNonNull(value, "activation");
        return this;
    }

    /** Whether a bias is added; default true. */
    public Dense useBias(boolean value) {
        refuseIfBuilt("useBias");
        useBias = value;
        return this;
    }

    /** First value of the kernel; default Glorot uniform. */
    public Dense kernelInitializer(Initializer value) {
        refuseIfBuilt("kernelInitializer");
        kernelInitializer = Objects.requireNonNull(value, "kernelInitializer");
        return this;
    }

    /** First value of the bias; default zeros. */
    public Dense biasInitializer(Initializer value) {
        refuseIfBuilt("biasInitializer");
        biasInitializer = Objects.requireNonNull(value, "biasInitializer");
        return this;
    }

    /** What the loss adds for the kernel; default nothing. */
    public Dense kernelRegularizer(Regularizer value) {
        refuseIfBuilt("kernelRegularizer");
        kernelRegularizer = Objects.requireNonNull(value, "kernelRegularizer");
        return this;
    }

    /** What the loss adds for the bias; default nothing. */
    public Dense biasRegularizer(Regularizer value) {
        refuseIfBuilt("biasRegularizer");
        biasRegularizer = Objects.requireNonNull(value, "biasRegularizer");
        return this;
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public Dense kernelConstraint(Constraint value) {
        refuseIfBuilt("kernelConstraint");
        kernelConstraint = value;
        return this;
    }

    /** What the bias is pulled back to after each step; null, the default, for nothing. */
    public Dense biasConstraint(Constraint value) {
        refuseIfBuilt("biasConstraint");
        biasConstraint = value;
        return this;
    }

    @Override
    public Dense activityRegularizer(Regularizer value) {
        super.activityRegularizer(value);
        return this;
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
                    "input's last axis must be "
                            + rows
                            + " (its kernel has "
                            + rows
                            + " rows), got "
                            + input.last());
        }
        return input.withDim(-1, units);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        List<WeightSpec> specs = new ArrayList<>();
        specs.add(
                WeightSpec.trainable(
                                "kernel",
                                Shape.of(input.last(), units),
                                kernelInitializer,
                                kernelRegularizer)
                        .withConstraint(kernelConstraint));
        if (useBias) {
            specs.add(
                    WeightSpec.trainable("bias", Shape.of(units), biasInitializer, biasRegularizer)
                            .withConstraint(biasConstraint));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Shape in = x.shape();
        int rows = Math.toIntExact(in.size(0, in.rank() - 1));
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
    protected void configure(Map<String, Object> config) {
        config.put("units", units);
        config.put("activation", activation);
        config.put("use_bias", useBias);
        config.put("kernel_initializer", kernelInitializer);
        config.put("bias_initializer", biasInitializer);
        config.put("kernel_regularizer", kernelRegularizer);
        config.put("bias_regularizer", biasRegularizer);
        config.put("kernel_constraint", kernelConstraint);
        config.put("bias_constraint", biasConstraint);
        if (!activityRegularizer().equals(Regularizer.NONE)) {
            config.put("activity_regularizer", activityRegularizer());
        }
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
