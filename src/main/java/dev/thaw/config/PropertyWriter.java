package dev.thaw.config;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Notes every option that a walk names. A number that the walk would not take back is refused: what
 * is written can be read.
 */
final class PropertyWriter implements Properties {
    private final String where;
    private final Map<String, Object> options;
    private final boolean late;

    private PropertyWriter(String where, Map<String, Object> options, boolean late) {
        this.where = where;
        this.options = options;
        this.late = late;
    }

    static Map<String, Object> write(Configured object) {
        PropertyWriter writer =
                new PropertyWriter(object.className(), new LinkedHashMap<>(), false);
        object.configure(writer);
        return writer.options;
    }

    private <T> T note(String key, T value) {
        if (!late || value != null && !Boolean.FALSE.equals(value)) {
            options.put(key, value);
        }
        return value;
    }

    @Override
    public boolean bool(String key, boolean value) {
        return note(key, value);
    }

    @Override
    public int integer(String key, int value, Range range) {
        return note(key, value);
    }

    @Override
    public Long longOrNull(String key, Long value) {
        return note(key, value);
    }

    @Override
    public Integer integerOrNull(String key, Integer value, Range range) {
        return note(key, value);
    }

    @Override
    public double number(String key, double value, Range range) {
        return note(key, checked(key, value, range));
    }

    @Override
    public Double numberOrNull(String key, Double value, Range range) {
        return note(key, value == null ? null : (Double) checked(key, value, range));
    }

    private double checked(String key, double value, Range range) {
        return range.check("%s: %s".formatted(where, key), value);
    }

    @Override
    public String text(String key, String value) {
        return note(key, value);
    }

    @Override
    public <E extends Enum<E>> E choice(String key, E value, List<E> allowed) {
        return note(key, value);
    }

    @Override
    public <E extends Enum<E>> E choiceOrNull(String key, Class<E> type, E value) {
        return note(key, value);
    }

    @Override
    public List<Integer> perAxis(String key, List<Integer> value, int axes, Range range) {
        return note(key, value);
    }

    @Override
    public List<Integer> perAxisOrNull(String key, List<Integer> value, int axes, Range range) {
        return note(key, value);
    }

    @Override
    public Axis axis(String key, Axis value) {
        return axisOrNull(key, value);
    }

    @Override
    public Axis axisOrNull(String key, Axis value) {
        note(
                key,
                value == null || value.list()
                        ? value == null ? null : value.all()
                        : value.all().get(0));
        return value;
    }

    @Override
    public List<Integer> integers(String key, List<Integer> value) {
        return note(key, value);
    }

    @Override
    public List<Double> numbers(String key, List<Double> value) {
        if (value != null) {
            value.forEach(v -> checked(key, v, Range.FINITE));
        }
        note(key, value != null && value.size() == 1 ? value.get(0) : value);
        return value;
    }

    @Override
    public List<Double> needed(String key, List<Double> value) {
        return numbers(key, value);
    }

    @Override
    public List<List<Integer>> pairs(String key, List<List<Integer>> value, int axes, Range range) {
        note(key, axes == 1 ? value.get(0) : value);
        return value;
    }

    @Override
    public Shape shape(String key, Shape value) {
        return note(key, value);
    }

    @Override
    public Tensor tensor(String key, Tensor value) {
        return note(key, value);
    }

    @Override
    public <T> T object(String key, Class<T> kind, T value) {
        return note(key, value);
    }

    @Override
    public <T> T objectOrNull(String key, Class<T> kind, T value) {
        return note(key, value);
    }

    @Override
    public <T> Object numberOrObject(String key, Class<T> kind, Object value, Range range) {
        return note(key, value instanceof Double d ? (Object) checked(key, d, range) : value);
    }

    @Override
    public Properties group(String key, boolean present) {
        Map<String, Object> group = new LinkedHashMap<>();
        note(key, present ? group : null);
        return new PropertyWriter("%s.%s".formatted(where, key), group, late);
    }

    @Override
    public Properties required() {
        return this;
    }

    @Override
    public double count(String key, double value, Range range) {
        checked(key, value, range);
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        options.put(key, whole ? (Number) (long) value : value);
        return value;
    }

    @Override
    public List<Double> list(String key, List<? extends Number> value) {
        value.forEach(v -> checked(key, v.doubleValue(), Range.FINITE));
        note(key, value);
        return value.stream().map(Number::doubleValue).toList();
    }

    @Override
    public void only(String key, Object value) {
        note(key, value);
    }

    @Override
    public void ignore(String... keys) {
        // never written
    }

    @Override
    public Properties since(String release) {
        return new PropertyWriter(where, options, true);
    }
}
