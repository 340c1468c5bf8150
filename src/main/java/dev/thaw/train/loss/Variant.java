package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Objects;
import java.util.Optional;

/**
 * A loss with a name and a reduction of its own.
 *
 * @param loss the formula
 * @param name the name
 * @param reduction what becomes of the values
 * @param made by which of Keras's short names it was made; null for none
 */
record Variant(Loss loss, String name, Reduction reduction, String made) implements Loss {
    Variant {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reduction, "reduction");
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return loss.lower(f, prediction, target);
    }

    @Override
    public DType targetType() {
        return loss.targetType();
    }

    @Override
    public Shape targetShape(Shape prediction) {
        return loss.targetShape(prediction);
    }

    @Override
    public void check(Tensor target, Shape prediction, long[] samples) {
        loss.check(target, prediction, samples);
    }

    @Override
    public Optional<Value> valid(Formula f, Value prediction, Value target) {
        return loss.valid(f, prediction, target);
    }

    @Override
    public Loss options(Properties p) {
        return new Variant(loss.options(p), name, reduction, made);
    }

    @Override
    public Optional<String> identifier() {
        return Optional.ofNullable(made);
    }

    @Override
    public String className() {
        return loss.className();
    }

    @Override
    public Loss withReduction(Reduction value) {
        return new Variant(loss, name, value, null);
    }

    @Override
    public Loss named(String value) {
        return new Variant(loss, value, reduction, null);
    }
}
