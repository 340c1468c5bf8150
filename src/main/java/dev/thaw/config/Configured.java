package dev.thaw.config;

import java.util.Map;

/**
 * What Keras's files hold as an object of its own: {@code {"module": .., "class_name": ..,
 * "config": ..}}.
 */
public interface Configured {
    /** Where Keras keeps the class: {@code keras.initializers}. */
    String module();

    /** Keras's name of the class: {@code GlorotUniform}. */
    default String className() {
        return getClass().getSimpleName();
    }

    /**
     * What Keras has registered a class of one's own under: {@code my_package>MyLayer}; the class
     * alone where it was registered without a package, or comes in by {@code custom_objects}.
     */
    default String registeredName() {
        return className();
    }

    /**
     * Walks over all options, in Keras's order, and returns the object with what {@code p} answers:
     * itself where it is mutable, else a new one.
     */
    Configured configure(Properties p);

    /**
     * Keras's configuration: the arguments that make this object again, in Keras's order. The
     * values are numbers, texts, booleans, null, enums, shapes, tensors, lists, and other objects
     * of Thaw.
     */
    default Map<String, Object> config() {
        return PropertyWriter.write(this);
    }
}
