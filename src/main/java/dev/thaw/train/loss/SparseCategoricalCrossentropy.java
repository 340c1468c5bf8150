package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Equal;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.Optional;

/**
 * -ln p[class], with one class number per entry. Where the probabilities come straight from a
 * softmax, its argument is used; else they are clipped to [1e-7, 1 - 1e-7] and divided by their
 * sum.
 *
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param ignoreClass a number in the targets whose entries do not count; null for none. With it,
 *     probabilities are clipped, whatever they come from, as in Keras
 */
public record SparseCategoricalCrossentropy(boolean fromLogits, Integer ignoreClass)
        implements Loss {
    /** Every class counts. */
    public SparseCategoricalCrossentropy(boolean fromLogits) {
        this(fromLogits, null);
    }

    /** On probabilities. */
    public SparseCategoricalCrossentropy() {
        this(false);
    }

    @Override
    public String name() {
        return "sparse_categorical_crossentropy";
    }

    /** A number that is ignored need not be a class, so that it cannot be looked up as one. */
    @Override
    public DType targetType() {
        return ignoreClass == null ? DType.INT32 : DType.FLOAT32;
    }

    @Override
    public Shape targetShape(Shape prediction) {
        return prediction.sub(0, prediction.rank() - 1);
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        if (ignoreClass != null) {
            Value logits = fromLogits ? prediction : logarithms(f, prediction);
            Value entropy = CategoricalCrossentropy.ofLogits(f, logits, oneHot(f, logits, target));
            return Arithmetic.product(f, entropy, valid(f, target));
        }
        // as in Keras on TensorFlow, it is taken whatever fromLogits says
        Value logits =
                Logits.of(f, prediction)
                        .orElseGet(() -> fromLogits ? prediction : logarithms(f, prediction));
        int classes = logits.shape().last();
        int rows = Math.toIntExact(logits.size() / classes);
        Value loss = f.program().temp("cross_entropy", Shape.of(rows));
        f.program()
                .emit(
                        new SoftmaxCrossEntropy(
                                f.reshape(logits, Shape.of(rows, classes)),
                                f.reshape(target, Shape.of(rows)),
                                loss));
        return f.reshape(loss, targetShape(prediction.shape()));
    }

    private static Value logarithms(Formula f, Value probabilities) {
        return f.apply(
                Fn.Function.LOG, f.clip(probabilities, Arithmetic.EPSILON, 1 - Arithmetic.EPSILON));
    }

    /** Rows of zeros for numbers that are no class. */
    private static Value oneHot(Formula f, Value logits, Value target) {
        int classes = logits.shape().last();
        int rows = Math.toIntExact(target.size());
        Tensor numbers = Tensor.zeros(Shape.of(1, classes), DType.FLOAT32);
        for (int k = 0; k < classes; k++) {
            numbers.floats()[k] = k;
        }
        Shape shape = Shape.of(rows, classes);
        Value y = f.program().temp("one_hot", shape);
        f.program()
                .emit(
                        new Equal(
                                f.repeat(f.reshape(target, Shape.of(rows, 1)), shape),
                                f.repeat(f.program().constant("classes", numbers), shape),
                                y));
        return f.reshape(y, logits.shape());
    }

    /** 1 where the target is not the ignored number. */
    private Value valid(Formula f, Value target) {
        Value distance = f.apply(Fn.Function.ABS, f.affine(target, 1, -ignoreClass));
        return f.apply(new Fn(Fn.Function.STEP, 0, 0), distance);
    }

    @Override
    public Optional<Value> valid(Formula f, Value prediction, Value target) {
        return ignoreClass == null ? Optional.empty() : Optional.of(valid(f, target));
    }

    @Override
    public void check(Tensor target, Shape prediction, long[] samples) {
        int classes = prediction.last();
        double[] labels =
                ignoreClass == null
                        ? Arrays.stream(target.ints()).asDoubleStream().toArray()
                        : doubles(target.floats());
        for (int i = 0; i < labels.length; i++) {
            boolean ignored = ignoreClass != null && labels[i] == ignoreClass;
            if (!ignored && !(labels[i] >= 0 && labels[i] < classes && labels[i] % 1 == 0)) {
                throw new IllegalArgumentException(
                        "%s: labels must be in [0, %d) since the model has %d outputs, got %d in sample %d"
                                .formatted(
                                        name(),
                                        classes,
                                        classes,
                                        (long) labels[i],
                                        samples[i / (labels.length / samples.length)]));
            }
        }
    }

    private static double[] doubles(float[] values) {
        double[] all = new double[values.length];
        Arrays.setAll(all, i -> values[i]);
        return all;
    }

    @Override
    public Loss options(Properties p) {
        boolean logits = p.bool("from_logits", fromLogits);
        Integer ignored = p.integerOrNull("ignore_class", ignoreClass, Range.ANY);
        // Keras writes no axis, and TensorFlow has the last one alone
        p.since("thaw").integerOrNull("axis", null, new Range("-1", -1, -1, false));
        return new SparseCategoricalCrossentropy(logits, ignored);
    }
}
