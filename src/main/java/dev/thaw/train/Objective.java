package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.Regularizer;
import dev.thaw.layer.Weight;
import dev.thaw.op.Accumulate;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes losses and metrics behind a model's outputs. The loss per output is the sum of weighted
 * entries divided by their number; the total adds the regularizers of the trainable weights.
 * Running sums stay on the device in variables; the host divides them when it wants a mean.
 */
final class Objective {
    /**
     * A running sum.
     *
     * @param name its name in the history
     * @param total the sum so far
     * @param count the sum of what its entries count; null where each counts 1
     * @param perRow how many entries a row adds
     */
    record Running(String name, Variable total, Variable count, int perRow) {
        void reset() {
            total.assign(Tensor.scalar(0f));
            if (count != null) {
                count.assign(Tensor.scalar(0f));
            }
        }

        /** The mean over this many rows; 0 where nothing counts. */
        double mean(int rows) {
            double n = count == null ? (double) rows * perRow : count.value().item();
            return n == 0 ? 0 : total.value().item() / n;
        }
    }

    /**
     * An output of the model.
     *
     * @param value what is predicted
     * @param mask which of its entries count: 1 or 0; null where all do
     */
    record Output(Value value, Value mask) {}

    private final Network model;
    private final Compilation compilation;
    private final Map<String, Variable> sums = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private String purpose = "";

    Objective(Network model, Compilation compilation) {
        this.model = model;
        this.compilation = compilation;
        requireOneLossPerOutput();
    }

    /** A model that is not built yet has no outputs; it is looked at again when it has. */
    private void requireOneLossPerOutput() {
        int outputs = model.outputs().size();
        if (outputs > 0 && compilation.losses().size() != outputs) {
            throw new IllegalArgumentException(
                    "compile: "
                            + model.name()
                            + " has "
                            + outputs
                            + " outputs, got "
                            + compilation.losses().size()
                            + " losses");
        }
    }

    /**
     * What the objective added to a program.
     *
     * @param targets one input per output
     * @param weights the input of sample weights; null where there are none
     * @param loss the total loss
     * @param running the sums that the host may ask for
     */
    record Emitted(List<Value> targets, Value weights, Value loss, List<Running> running) {}

    /**
     * @param added what the layers add to the loss
     * @param forPurpose keeps the running sums of training apart from those of evaluation, which a
     *     callback may ask for in the middle of an epoch
     */
    Emitted emit(
            Program p,
            List<Output> outputs,
            List<Value> added,
            boolean weighted,
            String forPurpose) {
        requireOneLossPerOutput();
        purpose = forPurpose;
        taken.clear();
        Formula f = new Formula(p);
        List<Value> predictions = outputs.stream().map(Output::value).toList();
        int rows = predictions.get(0).shape().dim(0);
        p.setScope("loss");
        Value weights = weighted ? p.input("sample_weight", Shape.of(rows), DType.FLOAT32) : null;
        List<Value> targets = new ArrayList<>();
        List<Running> running = new ArrayList<>();
        List<Value> perOutput = new ArrayList<>();
        Value total = null;
        for (int i = 0; i < predictions.size(); i++) {
            Loss loss = compilation.losses().get(i);
            Value prediction = predictions.get(i);
            Value target =
                    p.input("target_" + i, loss.targetShape(prediction.shape()), loss.targetType());
            targets.add(target);
            Value entries = loss.lower(f, prediction, target);
            Value mean = weightedMean(f, entries, weights, outputs.get(i).mask());
            perOutput.add(mean);
            Value term = f.affine(mean, compilation.lossWeights().get(i), 0);
            total = total == null ? term : f.combine(total, Binary.Kind.ADD, term);
        }
        for (Value a : added) {
            total = f.combine(total, Binary.Kind.ADD, f.reshape(a, Shape.scalar()));
        }
        for (Weight w : model.trainableWeights()) {
            total = regularize(f, w, total);
        }
        p.setScope("metrics");
        running.add(accumulate(p, "loss", total, rows, 1));
        for (int i = 0; i < predictions.size(); i++) {
            String prefix =
                    predictions.size() == 1
                            ? ""
                            : model.outputs().get(i).node().layer().name() + "_";
            if (predictions.size() > 1) {
                running.add(accumulate(p, prefix + "loss", perOutput.get(i), rows, 1));
            }
            for (Metric m : compilation.metrics().get(i)) {
                m.check(predictions.get(i).shape(), targets.get(i).dtype(), targets.get(i).shape());
                Value entries = m.lower(f, predictions.get(i), targets.get(i));
                String name = prefix + m.name();
                running.add(accumulate(f, name, entries, outputs.get(i).mask(), rows));
            }
        }
        return new Emitted(targets, weights, total, running);
    }

    private static Value weightedMean(Formula f, Value entries, Value weights, Value mask) {
        Value weighted = entries;
        if (weights != null) {
            Shape s = entries.shape();
            Shape aligned = s;
            for (int axis = 1; axis < s.rank(); axis++) {
                aligned = aligned.withDim(axis, 1);
            }
            weighted = f.combine(entries, Binary.Kind.MUL, f.reshape(weights, aligned));
        }
        if (mask == null) {
            return f.affine(f.sum(weighted), 1.0 / entries.size(), 0);
        }
        Value valid = perEntry(f, mask, entries);
        Value sum = f.sum(f.combine(weighted, Binary.Kind.MUL, valid));
        Value count = f.clip(f.sum(valid), 1, Float.MAX_VALUE); // nothing valid: 0, as Keras says
        return f.combine(sum, Binary.Kind.DIV, count);
    }

    /** A mask in the shape of what it masks. */
    private static Value perEntry(Formula f, Value mask, Value entries) {
        if (mask.size() != entries.size()) {
            throw new IllegalArgumentException(
                    "loss and metrics: the output's mask must have a number per entry, "
                            + entries.shape()
                            + ", it has "
                            + mask.shape()
                            + "; end the mask before the output with a layer that drops it");
        }
        return f.reshape(mask, entries.shape());
    }

    private static Value regularize(Formula f, Weight w, Value total) {
        if (w.spec().regularizer().equals(Regularizer.NONE)) {
            return total;
        }
        return w.spec()
                .regularizer()
                .lower(f, f.program().variable(w.variable()))
                .map(sum -> f.combine(total, Binary.Kind.ADD, sum))
                .orElse(total);
    }

    /** A metric: the mean of its valid entries. */
    private Running accumulate(Formula f, String name, Value entries, Value mask, int rows) {
        int perRow = Math.toIntExact(entries.size() / rows);
        if (mask == null) {
            return accumulate(f.program(), name, entries, 1, perRow);
        }
        Value valid = perEntry(f, mask, entries);
        Value sum = f.combine(entries, Binary.Kind.MUL, valid);
        Running r = accumulate(f.program(), name, sum, 1, perRow);
        Variable count = sum(r.name() + "_count");
        f.program().emit(new Accumulate(f.program().variable(count), valid, 1));
        return new Running(r.name(), r.total(), count, perRow);
    }

    private Running accumulate(Program p, String name, Value x, double scale, int perRow) {
        String own = unique(name);
        Variable total = sum(own + "_total");
        p.emit(new Accumulate(p.variable(total), x, scale));
        return new Running(own, total, null, perRow);
    }

    private Variable sum(String name) {
        return sums.computeIfAbsent(purpose + name, n -> Variable.state(n, Tensor.scalar(0f)));
    }

    /**
     * The name, with a number behind it where it is taken: {@code accuracy}, {@code accuracy_1}.
     */
    private String unique(String name) {
        String own = name;
        for (int i = 1; !taken.add(own); i++) {
            own = name + "_" + i;
        }
        return own;
    }
}
