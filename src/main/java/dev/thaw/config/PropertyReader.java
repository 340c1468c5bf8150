package dev.thaw.config;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Answers a walk with what a configuration says: a map from Keras's keys to numbers, texts,
 * booleans, null, lists, maps and objects of Thaw. Where a key is absent, or null for an option
 * that is never null, the default stands. A key that no walk names, with a value that is not null,
 * false or empty, is an option that Thaw lacks, and {@link #finish} refuses it.
 */
public final class PropertyReader implements Properties {
    /** No tensor of Keras has more axes. */
    static final int MAX_RANK = 8;

    private final String where;
    private final Map<?, ?> values;
    private final Registry registry;
    private final boolean all;
    private final Set<String> read;
    private final boolean required;
    private final List<PropertyReader> groups = new ArrayList<>();

    /**
     * A whole configuration: what it lacks must have a default that its {@link Range} allows.
     *
     * @param where the place of the object, for messages
     * @param registry knows the objects that may stand inside
     */
    public PropertyReader(String where, Map<?, ?> values, Registry registry) {
        this(where, values, registry, true);
    }

    private PropertyReader(String where, Map<?, ?> values, Registry registry, boolean all) {
        this(where, values, registry, all, new HashSet<>(), false);
    }

    private PropertyReader(
            String where,
            Map<?, ?> values,
            Registry registry,
            boolean all,
            Set<String> read,
            boolean required) {
        this.where = where;
        this.required = required;
        this.values = values;
        this.registry = registry;
        this.all = all;
        this.read = read;
    }

    /** One option alone, as a setter gives it. */
    public static PropertyReader one(String where, String key, Object value) {
        return new PropertyReader(
                where, Collections.singletonMap(key, value), Registry.EMPTY, false);
    }

    /** Nothing: a walk is only asked whether what it needs has been given. */
    public static PropertyReader check(String where) {
        return new PropertyReader(where, Map.of(), Registry.EMPTY);
    }

    /** The place of the object. */
    public String where() {
        return where;
    }

    /** Whether nothing is given: a name stood alone. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Everything, as it is; nothing is refused as unread afterwards. */
    public Map<?, ?> everything() {
        values.keySet().forEach(k -> read.add(String.valueOf(k)));
        return values;
    }

    /** The function of one of Keras's wrappers: its name, or an object that has it. */
    public String function() {
        Object fn = get("fn");
        Object name = fn instanceof Map<?, ?> object ? object.get("config") : fn;
        return take("fn", name, String.class, "the name of one of Keras's functions");
    }

    /** The object with what is read. */
    public Configured configure(Configured prototype) {
        return prototype.configure(this);
    }

    private Object get(String key) {
        read.add(key);
        Object v = values.get(key);
        if (v == null && required) {
            throw missing(key, null);
        }
        return v;
    }

    /** Whether an option is not there and has a default to stand for it. */
    private boolean mayLack(String key) {
        return !required && !values.containsKey(key);
    }

    /** What is given for an option that is never null; its default, if any, where nothing is. */
    private <T> T or(String key, T value, Function<Object, T> convert) {
        Object v = get(key);
        if (v == null && value == null && all) {
            throw missing(key, null);
        }
        return v == null ? value : convert.apply(v);
    }

    /** What is given for an option that may be null; its default where the key is absent. */
    private <T> T orNull(String key, T value, Function<Object, T> convert) {
        Object v = get(key);
        return mayLack(key) ? value : v == null ? null : convert.apply(v);
    }

    /** What is given for an option that a setter must not make null. */
    private Object given(String key) {
        Object v = get(key);
        if (v == null && !all && values.containsKey(key)) {
            throw refuse(key, "given", null);
        }
        return v;
    }

    /** A default, where it is allowed. */
    private double needed(String key, double value, Range range) {
        if (all && !range.holds(value)) {
            throw missing(key, range.words());
        }
        return value;
    }

    private <T> T made(String key, Class<T> kind, Object v) {
        return registry.make(where + "." + key, kind, v);
    }

    @Override
    public boolean bool(String key, boolean value) {
        return or(key, value, v -> truth(key, v));
    }

    private boolean truth(String key, Object v) {
        if (v instanceof Number n && (n.doubleValue() == 0 || n.doubleValue() == 1)) {
            return n.doubleValue() == 1; // Keras 2 wrote some so
        }
        return take(key, v, Boolean.class, "true or false");
    }

    private <T> T take(String key, Object v, Class<T> type, String words) {
        if (!type.isInstance(v)) {
            throw refuse(key, words, v);
        }
        return type.cast(v);
    }

    @Override
    public int integer(String key, int value, Range range) {
        Object v = get(key);
        return v == null ? (int) needed(key, value, range) : whole(key, v, range);
    }

    private int whole(String key, Object v, Range range) {
        double d = v instanceof Number n ? n.doubleValue() : Double.NaN;
        if (d != (int) d || v instanceof Long l && l != l.intValue()) {
            throw refuse(key, "a whole number of 32 bits", v);
        }
        if (!range.holds(d)) {
            throw refuse(key, range.words(), v);
        }
        return (int) d;
    }

    @Override
    public Long longOrNull(String key, Long value) {
        return orNull(
                key,
                value,
                v ->
                        v instanceof Long l
                                ? l
                                : (long) take(key, v, Integer.class, "a whole number of 64 bits"));
    }

    @Override
    public Integer integerOrNull(String key, Integer value, Range range) {
        return orNull(key, value, v -> whole(key, v, range));
    }

    @Override
    public double number(String key, double value, Range range) {
        Object v = get(key);
        return v == null ? needed(key, value, range) : number(key, v, range);
    }

    private double number(String key, Object v, Range range) {
        double d = take(key, v, Number.class, "a number").doubleValue();
        if (!range.holds(d)) {
            throw refuse(key, range.words(), v);
        }
        return d;
    }

    @Override
    public Double numberOrNull(String key, Double value, Range range) {
        return orNull(key, value, v -> number(key, v, range));
    }

    @Override
    public String text(String key, String value) {
        return orNull(key, value, v -> text(key, v));
    }

    private String text(String key, Object v) {
        String s = take(key, v, String.class, "a text");
        if (s.chars().anyMatch(Character::isISOControl)) {
            throw refuse(key, "a text without control characters", v);
        }
        return s;
    }

    @Override
    public <E extends Enum<E>> E choice(String key, E value, List<E> allowed) {
        Object v = given(key);
        return v == null ? value : choice(key, v, allowed);
    }

    private <E extends Enum<E>> E choice(String key, Object v, List<E> allowed) {
        String name =
                v instanceof Enum<?> e ? e.name() : String.valueOf(v).toUpperCase(Locale.ROOT);
        List<String> names = allowed.stream().map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
        return allowed.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> refuse(key, "one of " + String.join(", ", names), v));
    }

    @Override
    public <E extends Enum<E>> E choiceOrNull(String key, Class<E> type, E value) {
        return orNull(key, value, v -> choice(key, v, List.of(type.getEnumConstants())));
    }

    @Override
    public List<Integer> perAxis(String key, List<Integer> value, int axes, Range range) {
        Object v = get(key);
        if (v == null && all && value == null) {
            throw missing(key, "one number, or one for each of " + axes + " axes");
        }
        return v == null ? value : perAxis(key, v, axes, range);
    }

    @Override
    public List<Integer> perAxisOrNull(String key, List<Integer> value, int axes, Range range) {
        return orNull(key, value, v -> perAxis(key, v, axes, range));
    }

    private List<Integer> perAxis(String key, Object v, int axes, Range range) {
        List<Integer> given = integers(key, v, range);
        if (given.size() != 1 && given.size() != axes) {
            throw refuse(
                    key,
                    axes == 1 ? "one number" : "one number, or one for each of " + axes + " axes",
                    given);
        }
        return given.size() == axes ? given : Collections.nCopies(axes, given.get(0));
    }

    private List<Integer> integers(String key, Object v, Range range) {
        return list(v).stream().map(each -> whole(key, each, range)).toList();
    }

    private List<Double> numbers(String key, Object v) {
        return list(v).stream().map(each -> number(key, each, Range.FINITE)).toList();
    }

    /** What stands in a list or an array; anything else as a list of one. */
    private static List<?> list(Object v) {
        if (v instanceof Collection<?> all) {
            return new ArrayList<>(all);
        } else if (v instanceof int[] all) {
            return Arrays.stream(all).boxed().toList();
        } else if (v instanceof double[] all) {
            return Arrays.stream(all).boxed().toList();
        }
        return List.of(v);
    }

    @Override
    public Axis axis(String key, Axis value) {
        return or(key, value, v -> axis(key, v));
    }

    @Override
    public Axis axisOrNull(String key, Axis value) {
        return orNull(key, value, v -> axis(key, v));
    }

    private Axis axis(String key, Object v) {
        List<Integer> given = integers(key, v, Range.ANY);
        if (given.isEmpty()) {
            throw refuse(key, "at least one axis, such as -1 for the last", v);
        }
        return new Axis(given, given.size() > 1 || v instanceof Collection<?>);
    }

    @Override
    public List<Integer> integers(String key, List<Integer> value) {
        return orNull(key, value, v -> integers(key, v, Range.ANY));
    }

    @Override
    public List<Double> numbers(String key, List<Double> value) {
        return orNull(key, value, v -> numbers(key, v));
    }

    @Override
    public List<Double> needed(String key, List<Double> value) {
        List<Double> given = values.get(key) == null ? value : numbers(key, value);
        if (given == null && all) {
            throw missing(key, "one number or two");
        }
        return given;
    }

    @Override
    public List<List<Integer>> pairs(String key, List<List<Integer>> value, int axes, Range range) {
        return or(key, value, v -> pairs(key, v, axes, range));
    }

    private List<List<Integer>> pairs(String key, Object v, int axes, Range range) {
        List<?> given = list(v);
        boolean one = given.size() == 1 && given.get(0) instanceof Number;
        if (one || axes == 1 && given.size() == 2 && given.get(0) instanceof Number) {
            return Collections.nCopies(axes, pair(key, v, range));
        }
        if (given.size() != axes) {
            throw refuse(key, "one number, or a pair for each of " + axes + " axes", v);
        }
        return given.stream().map(each -> pair(key, each, range)).toList();
    }

    private List<Integer> pair(String key, Object v, Range range) {
        List<Integer> given = integers(key, v, range);
        if (given.isEmpty() || given.size() > 2) {
            throw refuse(key, "pairs of numbers", v);
        }
        return List.of(given.get(0), given.get(given.size() - 1));
    }

    @Override
    public Shape shape(String key, Shape value) {
        return orNull(key, value, v -> v instanceof Shape s ? s : shape(key, v));
    }

    private Shape shape(String key, Object v) {
        List<?> given = list(v);
        if (!(v instanceof Collection<?>) || given.size() > MAX_RANK) {
            throw refuse(key, "a list of at most " + MAX_RANK + " extents", v);
        }
        int[] dims = new int[given.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] =
                    given.get(i) == null ? Shape.NONE : whole(key, given.get(i), Range.atLeast(0));
        }
        return Shape.of(dims);
    }

    @Override
    public Tensor tensor(String key, Tensor value) {
        return orNull(key, value, v -> tensor(key, v));
    }

    private Tensor tensor(String key, Object v) {
        Optional<Tensor> given = v instanceof Tensor t ? Optional.of(t) : NestedNumbers.tensor(v);
        return given.filter(PropertyReader::isFinite)
                .orElseThrow(
                        () ->
                                refuse(
                                        key,
                                        "a number or lists of numbers of equal length, finite",
                                        v));
    }

    private static boolean isFinite(Tensor t) {
        return IntStream.range(0, t.size()).allMatch(i -> Float.isFinite((float) t.number(i)));
    }

    @Override
    public <T> T object(String key, Class<T> kind, T value) {
        Object v = given(key);
        if (v == null && all && value == null) {
            throw missing(key, "a " + kind.getSimpleName());
        }
        return v == null ? value : made(key, kind, v);
    }

    @Override
    public <T> T objectOrNull(String key, Class<T> kind, T value) {
        return orNull(key, value, v -> made(key, kind, v));
    }

    @Override
    public <T> Object numberOrObject(String key, Class<T> kind, Object value, Range range) {
        return or(
                key,
                value,
                v -> v instanceof Number ? (Object) number(key, v, range) : made(key, kind, v));
    }

    @Override
    public Properties group(String key, boolean present) {
        Object v = get(key);
        Map<?, ?> group = v == null ? Map.of() : take(key, v, Map.class, "a map");
        PropertyReader reader = new PropertyReader(where + "." + key, group, registry, all);
        groups.add(reader);
        return reader;
    }

    @Override
    public Properties required() {
        return new PropertyReader(where, values, registry, all, read, true);
    }

    @Override
    public double count(String key, double value, Range range) {
        return number(key, value, range);
    }

    @Override
    public List<Double> list(String key, List<? extends Number> value) {
        return or(
                key,
                value.stream().map(Number::doubleValue).toList(),
                v -> numbers(key, take(key, v, Collection.class, "a list of numbers")));
    }

    @Override
    public void only(String key, Object value) {
        Object v = get(key);
        if (v != null && !v.equals(value)) {
            throw refuse(key, "'" + value + "', which is what Thaw supports", v);
        }
    }

    @Override
    public void ignore(String... keys) {
        read.addAll(List.of(keys));
    }

    @Override
    public Properties since(String release) {
        return this;
    }

    /** Refuses what no walk has named, unless it says no more than that an option is absent. */
    public void finish() {
        groups.forEach(PropertyReader::finish);
        values.forEach(
                (key, v) -> {
                    if (!read.contains(key) && !isAbsent(v)) {
                        throw new ConfigException(
                                where + "." + key,
                                "Thaw does not have this option, got " + text(v),
                                "leave it out");
                    }
                });
    }

    private static boolean isAbsent(Object v) {
        return v == null
                || Boolean.FALSE.equals(v)
                || v instanceof Collection<?> c && c.isEmpty()
                || v instanceof Map<?, ?> m && m.isEmpty();
    }

    private ConfigException missing(String key, String words) {
        return new ConfigException(
                where,
                "%s must be given%s".formatted(key, words == null ? "" : ", and be " + words),
                "");
    }

    private ConfigException refuse(String key, String words, Object got) {
        return new ConfigException(
                all ? where + "." + key : where,
                "%smust be %s, got %s".formatted(all ? "" : key + " ", words, text(got)),
                "");
    }

    /** A value for messages, shortened. */
    public static String text(Object v) {
        String s =
                v instanceof String
                        ? "'" + v + "'"
                        : String.valueOf(v instanceof int[] || v instanceof double[] ? list(v) : v);
        return s.length() <= 80 ? s : s.substring(0, 77) + "...";
    }
}
