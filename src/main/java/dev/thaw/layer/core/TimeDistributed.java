package dev.thaw.layer.core;

import dev.thaw.config.Properties;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.op.Budget;
import dev.thaw.op.Concat;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * One layer at every step of a sequence: y[n, t] = layer(x[n, t]). x: [N, T, ..], y: [N, T, ..].
 *
 * <p>As in Keras the steps are batches of their own: batch normalization in training normalizes
 * each step by itself and moves its statistics at every step, in order. Where nothing looks across
 * samples, all steps run as one batch of N T samples, which comes to the same.
 */
public final class TimeDistributed extends UnaryLayer<TimeDistributed> {
    private Layer layer;

    /** A layer whose inner layer is still to be given. */
    public TimeDistributed() {}

    /** Of a layer, which belongs to this one from now on, with one input and one output. */
    public TimeDistributed(Layer layer) {
        set("layer", layer);
    }

    @Override
    protected void properties(Properties p) {
        Layer given = p.object("layer", Layer.class, layer);
        if (layer == null && given != null) {
            layer = track(given);
        }
    }

    /** The layer that runs at every step. */
    public Layer layer() {
        return layer;
    }

    private Shape step(Shape input) {
        if (input.rank() < 3) {
            throw refuse("input must be at least (batch, time, features), got " + input);
        }
        return input.sub(2, input.rank()).prepend(input.dim(0));
    }

    @Override
    public boolean takes(int input, DType dtype) {
        return layer.takes(input, dtype);
    }

    @Override
    public DType outputDType(int output) {
        return layer.outputDType(output);
    }

    @Override
    protected Shape outputShape(Shape input) {
        List<Shape> out = layer.outputShapes(List.of(step(input)));
        if (out.size() != 1) {
            throw refuse("%s must have one output, it has %s".formatted(layer.name(), out.size()));
        }
        Shape one = out.get(0);
        return one.sub(1, one.rank()).prepend(input.dim(1)).prepend(one.dim(0));
    }

    /** No weights of its own; but from now on its layer has some. */
    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        layer.build(List.of(step(input)));
        return List.of();
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return looksAcrossSamples(l) ? stepByStep(l, x) : allAtOnce(l, x);
    }

    private boolean looksAcrossSamples(Lowering l) {
        return l.mode() == Mode.TRAINING
                && layer.flatten().stream().anyMatch(i -> i.trainable() && i.looksAcrossSamples());
    }

    private Value allAtOnce(Lowering l, Value x) {
        Formula f = l.formula();
        Value merged = f.reshape(x, merged(x.shape()));
        if (l.mask(x) != null) {
            passMask(l, merged, f.reshape(l.mask(x), merged(l.mask(x).shape())));
        }
        Value y = l.call(layer, List.of(merged)).get(0);
        return f.reshape(y, outputShape(x.shape()));
    }

    private static Shape merged(Shape s) {
        return s.sub(2, s.rank()).prepend(s.extent(0, 2));
    }

    private Value stepByStep(Lowering l, Value x) {
        Budget.requireCalls(name(), x.shape().dim(1));
        Formula f = l.formula();
        Shape out = outputShape(x.shape());
        List<Value> steps = new ArrayList<>();
        for (int t = 0; t < x.shape().dim(1); t++) {
            Value at = step(f, x, t);
            if (l.mask(x) != null) {
                passMask(l, at, step(f, l.mask(x), t));
            }
            Value y = l.call(layer, List.of(at)).get(0);
            steps.add(f.reshape(y, out.withDim(1, 1)));
        }
        if (steps.size() == 1) {
            return steps.get(0);
        }
        Value joined = l.temp("steps", out);
        l.emit(new Concat(steps, joined, 1));
        return joined;
    }

    private static Value step(Formula f, Value x, int t) {
        Shape s = x.shape();
        return f.reshape(f.slice(x, 1, t, t + 1), s.sub(2, s.rank()).prepend(s.dim(0)));
    }

    /** As Keras, which hands a mask only to layers that ask for one. */
    private void passMask(Lowering l, Value x, Value mask) {
        if (layer.supportsMasking()) {
            l.setMask(x, mask);
        }
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
