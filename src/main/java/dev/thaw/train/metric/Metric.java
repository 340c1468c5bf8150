package dev.thaw.train.metric;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Registry;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Optional;

/** A number per entry whose mean over an epoch is reported, or what is made of that mean. */
public interface Metric extends Configured {
    /** Keras's metrics. */
    Registry KNOWN = MetricTable.KNOWN;

    /** Its name in the history. */
    String name();

    /** The element type that it wants targets in. */
    default DType targetType(Shape prediction, Shape target) {
        return DType.FLOAT32;
    }

    /** Refuses targets that the metric cannot read. */
    default void check(Shape prediction, DType targetType, Shape target) {}

    /** Emits the values per entry, or per element. */
    Value lower(Formula f, Value prediction, Value target);

    /** What each value counts, of the values' shape; empty where each counts 1. */
    default Optional<Value> counts(Formula f, Value prediction, Value target) {
        return Optional.empty();
    }

    /** Which entries count where samples have weights, of the values' shape; empty where all do. */
    default Optional<Value> valid(Formula f, Value prediction, Value target) {
        return Optional.empty();
    }

    /** Whether more of it is better. */
    default boolean largerIsBetter() {
        return false;
    }

    /** What is reported of the mean. */
    default double result(double mean) {
        return mean;
    }

    /** Keras's short name, where it was made by that: files keep it. */
    default Optional<String> identifier() {
        return Optional.empty();
    }

    /** The walk over what Keras's configuration has besides the name; default nothing. */
    default Metric options(Properties p) {
        return this;
    }

    @Override
    default String module() {
        return "keras.metrics";
    }

    @Override
    default Metric configure(Properties p) {
        String name = p.text("name", name());
        p.only("dtype", "float32");
        Metric own = options(p);
        return name == null || name.equals(name()) ? own : own.named(name);
    }

    /** The same metric under another name. */
    default Metric named(String name) {
        return new Named(this, name, null);
    }

    /**
     * Keras's metric of this name with its defaults, reported under the name: {@code accuracy},
     * {@code mae}.
     */
    static Metric of(String name) {
        return MetricTable.of(name);
    }

    /**
     * A metric of one of Keras's classes with a configuration: what {@link #config} writes, or a
     * part of it.
     *
     * @param className {@code BinaryAccuracy}
     * @param config numbers, booleans, strings and null
     */
    static Metric of(String className, Map<String, ?> config) {
        return KNOWN.make("metric " + className, Metric.class, className, config);
    }
}
