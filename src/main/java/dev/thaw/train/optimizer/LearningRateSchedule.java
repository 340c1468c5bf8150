package dev.thaw.train.optimizer;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Registry;

import java.util.Map;

/**
 * A learning rate that depends on the step. It is asked on the host before each step, so that any
 * function will do; Keras's own are {@link Schedules}.
 */
@FunctionalInterface
public interface LearningRateSchedule extends Configured {
    /** Keras's schedules. */
    Registry KNOWN = Schedules.KNOWN;

    /** The rate of the step that comes after so many: 0 for the first one. */
    float at(long step);

    /**
     * One of Keras's schedules with a configuration: what {@link #config} writes.
     *
     * @param className {@code CosineDecay}
     * @param config numbers, booleans, lists and null
     */
    static LearningRateSchedule of(String className, Map<String, ?> config) {
        return KNOWN.make("schedule " + className, LearningRateSchedule.class, className, config);
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

    /** Itself: a function has no options. */
    @Override
    default LearningRateSchedule configure(Properties p) {
        return this;
    }
}
