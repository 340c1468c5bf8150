package dev.thaw.config;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * Answers a walk over an object's options. Each method is given Keras's key and the present value,
 * and returns the value to go on with: the same one when the options are written, what the
 * configuration says when they are read. A value that breaks its {@link Range} is refused with its
 * place.
 */
public interface Properties {
    /** True or false. */
    boolean bool(String key, boolean value);

    /** A whole number of 32 bits within a range. */
    int integer(String key, int value, Range range);

    /** Any whole number of 32 bits. */
    default int integer(String key, int value) {
        return integer(key, value, Range.ANY);
    }

    /** A whole number of 64 bits, or null. */
    Long longOrNull(String key, Long value);

    /** A whole number of 32 bits within a range, or null. */
    Integer integerOrNull(String key, Integer value, Range range);

    /** A number within a range. */
    double number(String key, double value, Range range);

    /** Any finite number. */
    default double number(String key, double value) {
        return number(key, value, Range.FINITE);
    }

    /** A number within a range, or null. */
    Double numberOrNull(String key, Double value, Range range);

    /** A text, or null. */
    String text(String key, String value);

    /** One of an enum's constants, under its name in lower case; of these alone, where given. */
    <E extends Enum<E>> E choice(String key, E value, List<E> allowed);

    /** One of an enum's constants, under its name in lower case. */
    default <E extends Enum<E>> E choice(String key, E value) {
        return choice(key, value, List.of(value.getDeclaringClass().getEnumConstants()));
    }

    /** One of an enum's constants, under its name in lower case, or null. */
    <E extends Enum<E>> E choiceOrNull(String key, Class<E> type, E value);

    /** Whole numbers, one for each axis; one number stands for all axes. */
    List<Integer> perAxis(String key, List<Integer> value, int axes, Range range);

    /** The same, or null. */
    List<Integer> perAxisOrNull(String key, List<Integer> value, int axes, Range range);

    /** One axis, or a list of at least one. */
    Axis axis(String key, Axis value);

    /** The same, or null. */
    Axis axisOrNull(String key, Axis value);

    /** Whole numbers in a list; one number is a list of one; or null. */
    List<Integer> integers(String key, List<Integer> value);

    /** Numbers in a list, which is written as the number where it is one alone; or null. */
    List<Double> numbers(String key, List<Double> value);

    /** The same, where null stands for what must still be given. */
    List<Double> needed(String key, List<Double> value);

    /**
     * Pairs of whole numbers, one for each axis: a number is a pair of equals and stands for all
     * axes; where there is one axis, two numbers are its pair.
     */
    List<List<Integer>> pairs(String key, List<List<Integer>> value, int axes, Range range);

    /** Extents, with {@link Shape#NONE} for those that are not known; or null. */
    Shape shape(String key, Shape value);

    /** Numbers in lists of lists; or null. */
    Tensor tensor(String key, Tensor value);

    /**
     * An object of a kind that the {@link Registry} knows, by its name or with a configuration of
     * its own.
     */
    <T> T object(String key, Class<T> kind, T value);

    /** The same, or null. */
    <T> T objectOrNull(String key, Class<T> kind, T value);

    /** A number within a range, or an object of a kind that the {@link Registry} knows. */
    <T> Object numberOrObject(String key, Class<T> kind, Object value, Range range);

    /**
     * The walk over a map of options under this key.
     *
     * @param present whether there is such a map, else null
     */
    Properties group(String key, boolean present);

    /** The same walk, where a key that is absent has no default and is refused. */
    Properties required();

    /** A number that is written as a whole one where it is whole: Keras counts so. */
    double count(String key, double value, Range range);

    /** Numbers in a list. */
    List<Double> list(String key, List<? extends Number> value);

    /** Refuses a configuration where this key has another value. */
    void only(String key, Object value);

    /** Takes note of keys that mean nothing, and are never written. */
    void ignore(String... keys);

    /**
     * The same walk, but for options that came with a later release of Keras 3: they are left out
     * where they are null or false, so that earlier releases open the file.
     */
    Properties since(String release);
}
