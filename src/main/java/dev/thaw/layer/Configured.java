package dev.thaw.layer;

import java.util.Map;

/**
 * What Keras's files hold as an object of its own: {@code {"module": .., "class_name": ..,
 * "config": ..}}. The values of the configuration are numbers, strings, booleans, null, lists,
 * maps, enums, shapes, layers, and other objects of this kind.
 */
public interface Configured {
    /** Where Keras keeps the class: {@code keras.initializers}. */
    String module();

    /** Keras's name of the class: {@code GlorotUniform}. */
    String className();

    /** Keras's configuration: the arguments that make this object again. */
    Map<String, Object> config();
}
