package dev.thaw.train;

import dev.thaw.data.Batch;
import dev.thaw.graph.Network;
import dev.thaw.layer.Symbol;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;

import java.util.List;
import java.util.OptionalInt;

/** Refuses batches that a model cannot take, before they run. */
final class InputCheck {
    private final Network model;
    private volatile Shapes known = new Shapes(List.of(), List.of());

    /** The outputs' shapes for inputs of these shapes. */
    private record Shapes(List<Shape> inputs, List<Shape> outputs) {}

    InputCheck(Network model) {
        this.model = model;
    }

    void inputs(List<Tensor> x) {
        List<Symbol> wanted = model.inputs();
        if (x.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "%s: takes %d inputs, got %d".formatted(model.name(), wanted.size(), x.size()));
        }
        for (int i = 0; i < x.size(); i++) {
            input(wanted.get(i), x.get(i), x.get(0));
        }
    }

    private void input(Symbol wanted, Tensor t, Tensor first) {
        String where = "%s: input %s".formatted(model.name(), wanted.node().layer().name());
        if (Network.fitted(wanted, t.shape()).isEmpty()) {
            throw new IllegalArgumentException(
                    "%s expects %s, got %s".formatted(where, wanted.shape(), t.shape()));
        }
        OptionalInt misfit = t.misfit(wanted.dtype());
        if (misfit.isPresent()) {
            throw new IllegalArgumentException(
                    "%s expects %s values, got %s with %s; convert the data first"
                            .formatted(
                                    where,
                                    wanted.dtype(),
                                    t.dtype(),
                                    t.element(misfit.getAsInt())));
        }
        int rows = t.shape().dim(0);
        if (rows == 0) {
            throw new IllegalArgumentException(
                    "%s is an empty batch; give at least one row".formatted(where));
        }
        if (rows != first.shape().dim(0)) {
            throw new IllegalArgumentException(
                    "%s has %d rows, the first input has %d"
                            .formatted(where, rows, first.shape().dim(0)));
        }
    }

    /**
     * Inputs and targets.
     *
     * @return the batch with the targets that somebody wants
     */
    Batch batch(Compilation compilation, Batch batch) {
        inputs(batch.x());
        List<Symbol> outputs = model.outputs();
        List<Integer> judged = compilation.judged();
        Batch wanted = judged(batch, judged);
        List<Shape> expected = predictions(batch);
        for (int place = 0; place < judged.size(); place++) {
            int i = judged.get(place);
            String where =
                    "%s: target of output %s"
                            .formatted(model.name(), outputs.get(i).node().layer().name());
            Loss loss = compilation.losses().get(i);
            Tensor y = wanted.y().get(place);
            target(where, loss, y, expected.get(i));
            loss.check(y.cast(loss.targetType()), expected.get(i), batch.numbers());
        }
        return wanted;
    }

    /** Targets may be there for all outputs, or for those alone that are judged, as in Keras. */
    private Batch judged(Batch batch, List<Integer> judged) {
        int outputs = model.outputs().size();
        int given = batch.y().size();
        if (given == judged.size()) {
            return batch;
        }
        if (given != outputs) {
            String without =
                    judged.size() == outputs ? "" : ", %d with targets".formatted(judged.size());
            throw new IllegalArgumentException(
                    "%s: has %d outputs%s, got %d targets"
                            .formatted(model.name(), outputs, without, given));
        }
        return new Batch(
                batch.x(),
                judged.stream().map(batch.y()::get).toList(),
                batch.weights().isEmpty()
                        ? List.of()
                        : judged.stream().map(batch.weights()::get).toList(),
                batch.numbers());
    }

    /** The outputs' shapes; asked of the layers only where the inputs' are others than before. */
    private List<Shape> predictions(Batch batch) {
        List<Shape> shapes = batch.x().stream().map(Tensor::shape).toList();
        Shapes last = known; // other threads look at batches of their own
        if (!shapes.equals(last.inputs)) {
            last = new Shapes(shapes, model.outputShapes(shapes));
            known = last;
        }
        return last.outputs;
    }

    private static void target(String where, Loss loss, Tensor y, Shape prediction) {
        Shape target = loss.targetShape(prediction);
        if (!same(y.shape(), target)) {
            throw new IllegalArgumentException(
                    "%s must have shape %s for %s, got %s"
                            .formatted(
                                    where, target.withDim(0, Shape.NONE), loss.name(), y.shape()));
        }
        OptionalInt misfit = y.misfit(loss.targetType());
        if (misfit.isPresent()) {
            throw new IllegalArgumentException(
                    "%s must be %s for %s, got %s with %s; give class numbers, or use categorical_crossentropy"
                            .formatted(
                                    where,
                                    loss.targetType(),
                                    loss.name(),
                                    y.dtype(),
                                    y.element(misfit.getAsInt())));
        }
    }

    /** Equal, or equal but for a last axis of extent 1 that one of them has. */
    private static boolean same(Shape a, Shape b) {
        return a.equals(b) || stripped(a).equals(stripped(b));
    }

    private static Shape stripped(Shape s) {
        return s.rank() > 1 && s.last() == 1 ? s.sub(0, s.rank() - 1) : s;
    }

    /** Refuses inputs that hold NaN or infinity. */
    void finite(Batch batch) {
        for (int i = 0; i < batch.x().size(); i++) {
            if (batch.x().get(i).dtype() == DType.FLOAT32) {
                finite(model.inputs().get(i), batch.x().get(i), batch.numbers());
            }
        }
    }

    private void finite(Symbol input, Tensor t, long[] samples) {
        float[] values = t.floats();
        int width = values.length / samples.length;
        for (int k = 0; k < values.length; k++) {
            if (!Float.isFinite(values[k])) {
                throw new IllegalArgumentException(
                        "%s: input %s holds %s first at %s of sample %d; clean the data first"
                                .formatted(
                                        model.name(),
                                        input.node().layer().name(),
                                        values[k],
                                        t.shape().sub(1, t.shape().rank()).index(k % width),
                                        samples[k / width]));
            }
        }
    }
}
