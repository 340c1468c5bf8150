package dev.thaw.train.loss;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Registry;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Map;
import java.util.Optional;

/**
 * A loss. It yields one number per entry (a sample, or a sample's time step); training weighs and
 * reduces them.
 */
public interface Loss extends Configured {
    /** Keras's losses. */
    Registry KNOWN = LossTable.KNOWN;

    /** For one of several outputs that has no loss: Keras's None. */
    Loss NONE = NoLoss.INSTANCE;

    /** Its name, which is Keras's unless it was given another. */
    String name();

    /** Emits the values per entry: the prediction's shape without the axis of the classes. */
    Value lower(Formula f, Value prediction, Value target);

    /** What becomes of the values. */
    default Reduction reduction() {
        return Reduction.SUM_OVER_BATCH_SIZE;
    }

    /** The element type of targets in the program; data of another type is converted to it. */
    default DType targetType() {
        return DType.FLOAT32;
    }

    /** The shape of targets for predictions of this shape. */
    default Shape targetShape(Shape prediction) {
        return prediction;
    }

    /**
     * Refuses targets that make no sense for predictions of this shape.
     *
     * @param target a batch of this loss's type
     * @param samples the number of each row's sample, which the message names
     */
    default void check(Tensor target, Shape prediction, long[] samples) {}

    /** Which entries count, 1 or 0, of the values' shape; empty where all do. */
    default Optional<Value> valid(Formula f, Value prediction, Value target) {
        return Optional.empty();
    }

    /** Keras's short name, where it was made by that: files keep it. */
    default Optional<String> identifier() {
        return Optional.empty();
    }

    /** The walk over what Keras's configuration has besides name and reduction; default nothing. */
    default Loss options(Properties p) {
        return this;
    }

    @Override
    default String module() {
        return "keras.losses";
    }

    @Override
    default Loss configure(Properties p) {
        String name = p.text("name", name());
        String reduction = p.text("reduction", reduction().kerasName());
        p.ignore("dtype");
        Loss own = options(p);
        own = name == null || name.equals(name()) ? own : own.named(name);
        return reduction().kerasName().equals(reduction)
                ? own
                : own.withReduction(Reduction.of(reduction));
    }

    /** The same loss with another reduction. */
    default Loss withReduction(Reduction reduction) {
        return new Variant(this, name(), reduction, null);
    }

    /** The same loss under another name. */
    default Loss named(String name) {
        return new Variant(this, name, reduction(), null);
    }

    /** Keras's loss of this name with its defaults: {@code mse}, {@code mean_squared_error}. */
    static Loss of(String name) {
        return LossTable.of(name);
    }

    /**
     * A loss of one of Keras's classes with a configuration: what {@link #config} writes, or a part
     * of it.
     *
     * @param className {@code MeanSquaredError}
     * @param config numbers, booleans, strings and null
     */
    static Loss of(String className, Map<String, ?> config) {
        return KNOWN.make("loss " + className, Loss.class, className, config);
    }
}
