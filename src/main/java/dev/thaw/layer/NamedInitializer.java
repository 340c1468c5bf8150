package dev.thaw.layer;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An initializer that Keras knows. Two are equal that have the same name and configuration. */
final class NamedInitializer implements Initializer, Configured {
    private static final String SEED = "seed";

    private final String className;
    private final Map<String, Object> config;
    private final Initializer values;

    NamedInitializer(String className, Map<String, Object> config, Initializer values) {
        this.className = className;
        this.config = config;
        this.values = values;
    }

    /** One with a seed, which is null until given, behind these keys and values. */
    static NamedInitializer random(String className, Initializer values, Object... keysAndValues) {
        Map<String, Object> config = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        config.put(SEED, null);
        return new NamedInitializer(className, Collections.unmodifiableMap(config), values);
    }

    /** The same with a seed of its own, where it draws at all. */
    NamedInitializer seeded(long seed) {
        if (!config.containsKey(SEED)) {
            return this;
        }
        Map<String, Object> with = new LinkedHashMap<>(config);
        with.put(SEED, seed);
        return new NamedInitializer(className, Collections.unmodifiableMap(with), values);
    }

    @Override
    public Tensor initial(Shape shape, long seed) {
        Object own = config.get(SEED);
        return values.initial(shape, own == null ? seed : (Long) own);
    }

    @Override
    public String module() {
        return "keras.initializers";
    }

    @Override
    public String className() {
        return className;
    }

    @Override
    public Map<String, Object> config() {
        return config;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof NamedInitializer n
                && n.className.equals(className)
                && n.config.equals(config);
    }

    @Override
    public int hashCode() {
        return 31 * className.hashCode() + config.hashCode();
    }

    @Override
    public String toString() {
        return className + config;
    }
}
