package dev.thaw.train;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Keras's configuration of an optimizer, schedule, loss or metric, read by key: what {@code
 * config()} writes. It remembers what was asked for; {@link #finish} refuses a key that nobody
 * understands, unless its value is null or false.
 */
public final class Settings {
    private final String where;
    private final Map<String, ?> values;
    private final Set<String> read = new HashSet<>();

    /**
     * @param where whose configuration it is, for messages
     * @param values numbers, booleans, strings, lists, null, and objects such as a schedule
     */
    public Settings(String where, Map<String, ?> values) {
        this.where = where;
        this.values = values;
    }

    private Object get(String key) {
        read.add(key);
        return values.get(key);
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return get(key) != null;
    }

    /** The function of one of Keras's wrappers: its name, or an object that has it. */
    public String function() {
        Object fn = get("fn");
        Object name = fn instanceof Map<?, ?> object ? object.get("config") : fn;
        if (!(name instanceof String)) {
            throw refuse("fn", "must be the name of one of Keras's functions", fn);
        }
        return (String) name;
    }

    /** Hands the whole configuration, but for the name, to somebody who reads all of it. */
    public <T> T take(Function<Map<String, Object>, T> reader) {
        Map<String, Object> rest = new HashMap<>(values);
        rest.remove("name");
        read.addAll(rest.keySet());
        return reader.apply(rest);
    }

    /** Takes note of keys that mean nothing here. */
    public Settings ignore(String... keys) {
        read.addAll(List.of(keys));
        return this;
    }

    /** A number, or null where it is absent or null. */
    public Double number(String key) {
        Object v = get(key);
        if (v != null && !(v instanceof Number)) {
            throw refuse(key, "must be a number", v);
        }
        return v == null ? null : ((Number) v).doubleValue();
    }

    /** A number, or a default where it is absent or null. */
    public double number(String key, double otherwise) {
        Double v = number(key);
        return v == null ? otherwise : v;
    }

    /** A whole number of 32 bits, or null where it is absent or null. */
    public Integer integer(String key) {
        Double v = number(key);
        if (v != null && v != v.intValue()) {
            throw refuse(key, "must be a whole number of 32 bits", v);
        }
        return v == null ? null : v.intValue();
    }

    /** A whole number of 32 bits, or a default where it is absent or null. */
    public int integer(String key, int otherwise) {
        Integer v = integer(key);
        return v == null ? otherwise : v;
    }

    /** True or false, or a default where it is absent or null. */
    public boolean flag(String key, boolean otherwise) {
        Object v = get(key);
        if (v != null && !(v instanceof Boolean)) {
            throw refuse(key, "must be true or false", v);
        }
        return v == null ? otherwise : (Boolean) v;
    }

    /** A text, or a default where it is absent or null. */
    public String text(String key, String otherwise) {
        return object(key, String.class, otherwise);
    }

    /** An object of this type, or a default where it is absent or null. */
    public <T> T object(String key, Class<T> type, T otherwise) {
        Object v = get(key);
        if (v != null && !type.isInstance(v)) {
            throw refuse(key, "must be a " + type.getSimpleName(), v);
        }
        return v == null ? otherwise : type.cast(v);
    }

    /** A list of numbers that must be there. */
    public List<Double> numbers(String key) {
        List<?> list = object(key, List.class, null);
        if (list == null || !list.stream().allMatch(Number.class::isInstance)) {
            throw refuse(key, "must be a list of numbers", list);
        }
        return list.stream().map(n -> ((Number) n).doubleValue()).toList();
    }

    /** A number that must be there. */
    public double required(String key) {
        Double v = number(key);
        if (v == null) {
            throw refuse(key, "must be given", null);
        }
        return v;
    }

    /** Refuses what nobody asked for; returns what was made. */
    public <T> T finish(T made) {
        values.forEach(
                (key, v) -> {
                    if (!read.contains(key) && v != null && !Boolean.FALSE.equals(v)) {
                        throw new IllegalArgumentException(
                                where + ": has no setting " + key + " (" + v + "); leave it out");
                    }
                });
        return made;
    }

    /** Refuses a value. */
    public IllegalArgumentException refuse(String key, String rule, Object got) {
        return new IllegalArgumentException(where + ": " + key + " " + rule + ", got " + got);
    }
}
