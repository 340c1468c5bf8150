package dev.thaw.train;

import dev.thaw.graph.Network;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * Writes losses and metrics behind a model's outputs. The loss per output is the sum of weighted
 * entries divided by their number; the total adds the regularizers of the trainable weights.
 * Running sums stay on the device in variables; the host divides them when it wants a mean.
 */
final class Objective {
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
        compilation.requireFit(model);
    }

    /**
     * What the objective added to a program.
     *
     * @param feeds the inputs of targets and sample weights
     * @param loss the total loss
     * @param running the sums that the host may ask for
     */
    record Emitted(List<Feed> feeds, Value loss, List<Running> running) {}

    /**
     * The inputs of an output that is judged, in a program; a target is there in each type that
     * somebody wants.
     */
    private static final class Side {
        final Program program;
        final Output output;
        final int index;
        final int place;
        final Shape shape;
        final Map<DType, Value> targets = new LinkedHashMap<>();
        final Value weights;

        /**
         * @param place where batches have its target
         */
        Side(Program program, Output output, int index, int place, Loss loss, Feeding feeding) {
            this.program = program;
            this.output = output;
            this.index = index;
            this.place = place;
            this.shape = loss.targetShape(output.value().shape());
            this.weights =
                    feeding.weights(place)
                            .map(s -> program.input("sample_weight_" + index, s, DType.FLOAT32))
                            .orElse(null);
        }

        Value target(DType type) {
            return targets.computeIfAbsent(
                    type, t -> program.input("target_" + index, shape, type));
        }

        void feeds(List<Feed> into) {
            targets.values().forEach(t -> into.add(new Feed(t, Feed.Part.Y, place)));
            if (weights != null) {
                into.add(new Feed(weights, Feed.Part.WEIGHT, place));
            }
        }
    }

    /** Losses and metrics divide by the extents of what they look at. */
    private void requireNumbers(Value prediction, int output) {
        if (prediction.size() == 0) {
            throw new IllegalArgumentException(
                    "%s: output %d must have at least one number to be trained or measured, got %s"
                            .formatted(model.name(), output, prediction.shape()));
        }
    }

    /**
     * @param added what the layers add to the loss
     * @param forPurpose keeps the running sums of training apart from those of evaluation, which a
     *     callback may ask for in the middle of an epoch
     */
    Emitted emit(
            Program p,
            List<Output> outputs,
            List<Value> added,
            Feeding feeding,
            String forPurpose) {
        compilation.requireFit(model);
        purpose = forPurpose;
        taken.clear();
        Formula f = new Formula(p);
        p.setScope("loss");
        List<Side> sides = new ArrayList<>();
        Map<Side, Value> perOutput = new LinkedHashMap<>();
        Value total = null;
        for (int i : compilation.judged()) {
            Loss loss = compilation.losses().get(i);
            requireNumbers(outputs.get(i).value(), i);
            Side side = new Side(p, outputs.get(i), i, sides.size(), loss, feeding);
            sides.add(side);
            if (loss == Loss.NONE) {
                continue;
            }
            Value one = loss(f, loss, side);
            perOutput.put(side, one);
            double weight = compilation.lossWeights().get(i);
            Value term = weight == 1 ? one : f.affine(one, weight, 0);
            total = total == null ? term : f.combine(total, Binary.Function.ADD, term);
        }
        for (Value a : added) {
            total = f.combine(total, Binary.Function.ADD, f.reshape(a, Shape.scalar()));
        }
        for (Weight w : model.trainableWeights()) {
            total = regularize(f, w, total);
        }
        p.setScope("metrics");
        List<Running> running = report(f, total, perOutput, sides, feeding.rows());
        List<Feed> feeds = new ArrayList<>();
        sides.forEach(s -> s.feeds(feeds));
        return new Emitted(feeds, total, running);
    }

    private static Value loss(Formula f, Loss loss, Side side) {
        Value target = side.target(loss.targetType());
        Value entries = perWeight(f, loss.lower(f, side.output.value(), target), side.weights);
        Value mask = side.output.mask();
        Optional<Value> valid = loss.valid(f, side.output.value(), target);
        if (valid.isPresent()) {
            mask =
                    mask == null
                            ? valid.get()
                            : f.combine(
                                    valid.get(),
                                    Binary.Function.MUL,
                                    Alignment.to(f, mask, entries.shape(), "mask"));
        }
        return Reductions.reduce(f, loss.reduction(), entries, side.weights, mask);
    }

    /**
     * Predictions without a last axis, one number for each row, have one loss for the whole batch
     * in Keras; where rows have weights, it is that of each of them.
     */
    private static Value perWeight(Formula f, Value entries, Value weights) {
        if (entries.shape().rank() > 0 || weights == null) {
            return entries;
        }
        int[] ones = new int[weights.shape().rank()];
        Arrays.fill(ones, 1);
        return f.repeat(f.reshape(entries, Shape.of(ones)), weights.shape());
    }

    private List<Running> report(
            Formula f, Value total, Map<Side, Value> perOutput, List<Side> sides, int rows) {
        List<Running> running = new ArrayList<>();
        running.add(mean(f.program(), unique("loss"), total, rows));
        for (Side side : sides) {
            String prefix = prefix(side.index);
            // as in Keras, which names a loss only where there are several
            if (perOutput.size() > 1 && perOutput.containsKey(side)) {
                running.add(mean(f.program(), unique(prefix + "loss"), perOutput.get(side), rows));
            }
            for (Metric m : compilation.metrics().get(side.index)) {
                running.add(metric(f, m, unique(prefix + m.name()), side, null, rows));
            }
        }
        for (Side side : sides) {
            String prefix = prefix(side.index);
            for (Metric m : compilation.weightedMetrics().get(side.index)) {
                String name = prefix + m.name();
                name = taken.contains(name) ? prefix + "weighted_" + m.name() : name;
                running.add(metric(f, m, unique(name), side, side.weights, rows));
            }
        }
        return running;
    }

    private String prefix(int output) {
        return model.outputs().size() == 1
                ? ""
                : model.outputs().get(output).node().layer().name() + "_";
    }

    private static Value regularize(Formula f, Weight w, Value total) {
        if (w.spec().regularizer() == null) {
            return total;
        }
        return w.spec()
                .regularizer()
                .lower(f, f.program().variable(w.variable()))
                .map(sum -> f.combine(total, Binary.Function.ADD, sum))
                .orElse(total);
    }

    /** A number per step, which counts as often as the step has rows. */
    private Running mean(Program p, String name, Value x, int rows) {
        Variable total = sum(name + "_total");
        p.emit(new Accumulate(p.variable(total), x, rows));
        return new Running(name, total, null, 1, DoubleUnaryOperator.identity());
    }

    /** The mean of a metric's entries, by mask and weights; or of what the entries count. */
    private Running metric(Formula f, Metric m, String name, Side side, Value weights, int rows) {
        Value prediction = side.output.value();
        Value target = side.target(m.targetType(prediction.shape(), side.shape));
        m.check(prediction.shape(), target.dtype(), side.shape);
        Value entries = perWeight(f, m.lower(f, prediction, target), weights);
        Optional<Value> counts = m.counts(f, prediction, target);
        if (counts.isEmpty() && entries.shape().rank() == 0) {
            // one number for a batch counts once, whatever its rows
            counts = Optional.of(f.program().constant("one", Tensor.scalar(1f)));
        }
        Value given = Alignment.product(f, entries.shape(), weights, side.output.mask());
        Value factor =
                weights == null
                        ? given
                        : m.valid(f, prediction, target)
                                .map(v -> f.combine(v, Binary.Function.MUL, given))
                                .orElse(given);
        Variable total = sum(name + "_total");
        Variable count = null;
        if (factor != null) {
            entries = f.combine(entries, Binary.Function.MUL, factor);
            counts =
                    Optional.of(
                            counts.map(c -> f.combine(c, Binary.Function.MUL, factor))
                                    .orElse(f.repeat(factor, entries.shape())));
        }
        f.program().emit(new Accumulate(f.program().variable(total), entries, 1));
        if (counts.isPresent()) {
            count = sum(name + "_count");
            f.program().emit(new Accumulate(f.program().variable(count), counts.get(), 1));
        }
        int perRow = Math.toIntExact(entries.size() / rows);
        return new Running(name, total, count, perRow, m::result);
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
