package dev.thaw.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Which objects configurations may name: prototypes by kind and Keras's name. It never changes;
 * {@link #with} makes a larger one. Names count without underscores and case, as Keras's short
 * names are its class names in snake case.
 */
public final class Registry {
    /** Nothing. */
    public static final Registry EMPTY = new Registry(Map.of());

    /** Makes an object of its configuration. */
    @FunctionalInterface
    public interface Maker<T> {
        /** The object; the reader has its place, and everything that its file says. */
        T make(PropertyReader reader);
    }

    private record Entry(String name, Maker<?> maker) {}

    private final Map<Class<?>, Map<String, Entry>> kinds;

    private Registry(Map<Class<?>, Map<String, Entry>> kinds) {
        this.kinds = kinds;
    }

    /**
     * With one more object, in the place of one of that name.
     *
     * @param prototype a new object with all defaults
     */
    public <T> Registry with(Class<T> kind, String name, Supplier<? extends T> prototype) {
        return withMaker(
                kind, name, reader -> kind.cast(reader.configure((Configured) prototype.get())));
    }

    /** With one more object that is made in a way of its own. */
    public <T> Registry withMaker(Class<T> kind, String name, Maker<? extends T> maker) {
        Map<Class<?>, Map<String, Entry>> more = new LinkedHashMap<>(kinds);
        Map<String, Entry> names = new LinkedHashMap<>(kinds.getOrDefault(kind, Map.of()));
        names.put(plain(name), new Entry(name, maker));
        more.put(kind, Collections.unmodifiableMap(names));
        return new Registry(Collections.unmodifiableMap(more));
    }

    /** With all that another one has; where both have a name, with the other's. */
    public Registry with(Registry other) {
        Map<Class<?>, Map<String, Entry>> more = new LinkedHashMap<>(kinds);
        other.kinds.forEach(
                (kind, names) -> {
                    Map<String, Entry> all =
                            new LinkedHashMap<>(kinds.getOrDefault(kind, Map.of()));
                    all.putAll(names);
                    more.put(kind, Collections.unmodifiableMap(all));
                });
        return new Registry(Collections.unmodifiableMap(more));
    }

    /**
     * How an object of this name is made. Keras writes a package in front of what was registered
     * with one, {@code my_package>MyLayer}: the name alone will do.
     */
    @SuppressWarnings("unchecked")
    public <T> Optional<Maker<T>> find(Class<T> kind, String name) {
        Map<String, Entry> all = kinds.getOrDefault(kind, Map.of());
        String alone = name.substring(name.indexOf('>') + 1);
        return Optional.ofNullable(all.get(plain(name)))
                .or(() -> Optional.ofNullable(all.get(plain(alone))))
                .map(e -> (Maker<T>) e.maker);
    }

    /** The names of a kind, in alphabetical order. */
    public Set<String> names(Class<?> kind) {
        Set<String> names = new TreeSet<>();
        kinds.getOrDefault(kind, Map.of()).values().forEach(e -> names.add(e.name));
        return names;
    }

    /**
     * Makes an object.
     *
     * @param where its place, for messages
     * @param value one of that kind, its name, or a map with its {@code class_name} and {@code
     *     config}
     */
    public <T> T make(String where, Class<T> kind, Object value) {
        if (kind.isInstance(value)) {
            return kind.cast(value);
        }
        if (value instanceof String name) {
            return make(where, kind, name, Map.of());
        }
        if (value instanceof Map<?, ?> map && map.get("class_name") instanceof String name) {
            Object config = map.get("config");
            if (name.equals("function") && config instanceof String function) {
                return make(where, kind, function, Map.of());
            }
            if (config == null || config instanceof Map<?, ?>) {
                return make(where, kind, name, config == null ? Map.of() : (Map<?, ?>) config);
            }
        }
        throw new ConfigException(
                where,
                "must be the name of a %s, or an object with its class_name and config, got %s"
                        .formatted(word(kind), PropertyReader.text(value)),
                "");
    }

    /** Makes an object of this name with a configuration. */
    public <T> T make(String where, Class<T> kind, String name, Map<?, ?> config) {
        Maker<T> maker =
                find(kind, name)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                where,
                                                "there is no %s '%s'".formatted(word(kind), name),
                                                "there are " + String.join(", ", names(kind))));
        return ConfigException.within(
                where,
                () -> {
                    PropertyReader reader = new PropertyReader(where, config, this);
                    T made = maker.make(reader);
                    reader.finish();
                    return made;
                });
    }

    private static String word(Class<?> kind) {
        return kind.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
