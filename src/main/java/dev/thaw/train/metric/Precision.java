package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Optional;

/**
 * The share of what is right of what is predicted above a threshold. Targets are right where they
 * are not 0.
 *
 * @param threshold from where on a prediction counts
 */
public record Precision(double threshold) implements Metric {
    /** Threshold 0.5. */
    public Precision() {
        this(.5);
    }

    @Override
    public String name() {
        return "precision";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return f.combine(
                Answers.above(f, prediction, threshold),
                Binary.Function.MUL,
                Answers.right(f, target));
    }

    @Override
    public Optional<Value> counts(Formula f, Value prediction, Value target) {
        return Optional.of(Answers.above(f, prediction, threshold));
    }

    @Override
    public Metric options(Properties p) {
        return new Precision(Answers.threshold(p, threshold));
    }
}
