package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.Symbol;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;

import java.util.List;

/** Refuses data that a model cannot take, before anything runs. */
final class InputCheck {
    private InputCheck() {}

    static void batchSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("batch_size must be at least 1, got " + size);
        }
    }

    static void inputs(Network model, List<Tensor> x) {
        List<Symbol> wanted = model.inputs();
        if (x.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    model.name() + ": takes " + wanted.size() + " inputs, got " + x.size());
        }
        for (int i = 0; i < x.size(); i++) {
            Symbol s = wanted.get(i);
            Tensor t = x.get(i);
            String layer = model.name() + ": input " + s.node().layer().name();
            if (!s.shape().accepts(t.shape())) {
                throw new IllegalArgumentException(
                        layer + " expects " + s.shape() + ", got " + t.shape());
            }
            if (s.dtype() != t.dtype()) {
                throw new IllegalArgumentException(
                        layer
                                + " expects "
                                + s.dtype()
                                + " values, got "
                                + t.dtype()
                                + "; convert the data first");
            }
            if (t.shape().dim(0) == 0) {
                throw new IllegalArgumentException(
                        layer + " is an empty batch; give at least one row");
            }
            if (t.shape().dim(0) != x.get(0).shape().dim(0)) {
                throw new IllegalArgumentException(
                        layer
                                + " has "
                                + t.shape().dim(0)
                                + " rows, the first input has "
                                + x.get(0).shape().dim(0));
            }
        }
    }

    static void data(Network model, Compilation compilation, TrainingData data) {
        inputs(model, data.x());
        List<Symbol> outputs = model.outputs();
        if (data.y().size() != outputs.size()) {
            throw new IllegalArgumentException(
                    model.name()
                            + ": has "
                            + outputs.size()
                            + " outputs, got "
                            + data.y().size()
                            + " targets");
        }
        List<Shape> predictions = model.outputShapes(data.x().stream().map(Tensor::shape).toList());
        for (int i = 0; i < outputs.size(); i++) {
            String where =
                    model.name() + ": target of output " + outputs.get(i).node().layer().name();
            Loss loss = compilation.losses().get(i);
            target(where, loss, data.y().get(i), predictions.get(i));
        }
    }

    private static void target(String where, Loss loss, Tensor y, Shape prediction) {
        Shape target = loss.targetShape(prediction);
        if (!same(y.shape(), target)) {
            throw new IllegalArgumentException(
                    where
                            + " must have shape "
                            + target.withDim(0, Shape.NONE)
                            + " for "
                            + loss.name()
                            + ", got "
                            + y.shape());
        }
        Number misfit = Targets.misfit(y, loss.targetType());
        if (misfit != null) {
            throw new IllegalArgumentException(
                    where
                            + " must be "
                            + loss.targetType()
                            + " for "
                            + loss.name()
                            + ", got "
                            + y.dtype()
                            + " with "
                            + misfit
                            + "; give class numbers, or use categorical_crossentropy");
        }
        loss.check(Targets.as(y, loss.targetType()), prediction);
    }

    /** Equal, or equal but for a last axis of extent 1 that one of them has. */
    private static boolean same(Shape a, Shape b) {
        return a.equals(b) || stripped(a).equals(stripped(b));
    }

    private static Shape stripped(Shape s) {
        return s.rank() > 1 && s.last() == 1 ? s.sub(0, s.rank() - 1) : s;
    }

    static void finite(Network model, List<Tensor> x) {
        for (int i = 0; i < x.size(); i++) {
            Tensor t = x.get(i);
            if (t.dtype() != DType.FLOAT32) {
                continue;
            }
            float[] values = t.floats();
            for (int k = 0; k < values.length; k++) {
                if (!Float.isFinite(values[k])) {
                    throw new IllegalArgumentException(
                            model.name()
                                    + ": input "
                                    + model.inputs().get(i).node().layer().name()
                                    + " holds "
                                    + values[k]
                                    + " first at "
                                    + index(k, t.shape())
                                    + "; clean the data first");
                }
            }
        }
    }

    private static String index(int flat, Shape shape) {
        int[] at = new int[shape.rank()];
        int rest = flat;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return java.util.Arrays.toString(at);
    }
}
