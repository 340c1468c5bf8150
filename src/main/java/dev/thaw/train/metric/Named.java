package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.Objects;
import java.util.Optional;

/**
 * A metric with a name of its own.
 *
 * @param metric the formula
 * @param name the name
 * @param made by which of Keras's short names it was made; null for none
 */
record Named(Metric metric, String name, String made) implements Metric {
    Named {
        Objects.requireNonNull(name, "name");
    }

    @Override
    public DType targetType(Shape prediction, Shape target) {
        return metric.targetType(prediction, target);
    }

    @Override
    public void check(Shape prediction, DType targetType, Shape target) {
        metric.check(prediction, targetType, target);
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return metric.lower(f, prediction, target);
    }

    @Override
    public Optional<Value> counts(Formula f, Value prediction, Value target) {
        return metric.counts(f, prediction, target);
    }

    @Override
    public Optional<Value> valid(Formula f, Value prediction, Value target) {
        return metric.valid(f, prediction, target);
    }

    @Override
    public boolean largerIsBetter() {
        return metric.largerIsBetter();
    }

    @Override
    public double result(double mean) {
        return metric.result(mean);
    }

    @Override
    public Metric options(Properties p) {
        return new Named(metric.options(p), name, made);
    }

    @Override
    public Optional<String> identifier() {
        return Optional.ofNullable(made);
    }

    @Override
    public String className() {
        return metric.className();
    }

    @Override
    public Metric named(String value) {
        return new Named(metric, value, null);
    }
}
