package dev.thaw.train.optimizer;

import dev.thaw.layer.Configured;

import java.util.Map;

/**
 * A learning rate that depends on the step. It is asked on the host before each step, so that any
 * function will do; Keras's own are {@link Schedules}.
 */
@FunctionalInterface
public interface LearningRateSchedule extends Configured {
    /** The rate of the step that comes after so many: 0 for the first one. */
    float at(long step);

    /**
     * One of Keras's schedules with a configuration: what {@link #config} writes.
     *
     * @param className {@code CosineDecay}
     * @param config numbers, booleans, lists and null
     */
    static LearningRateSchedule of(String className, Map<String, ?> config) {
        return Schedules.of(className, config);
    }

    @Override
    default String module() {
        return "keras.optimizers.schedules";
    }

    /** Keras's class name; empty for a function that Keras does not have. */
    @Override
    default String className() {
        return "";
    }

    /** Keras's configuration, under its keys and in its order. */
    @Override
    default Map<String, Object> config() {
        return Map.of();
    }
}
