package dev.thaw.io.keras;

import dev.thaw.layer.Layer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How to make each layer from Keras's configuration, by Keras's class name. The way back needs no
 * table: a layer's class name is its Java class's, and {@link Layer#config} has the rest.
 */
final class LayerTable {
    /** All layers of Thaw. */
    static final LayerTable STANDARD = new LayerTable();

    static {
        CoreLayers.register(STANDARD);
        ConvolutionLayers.register(STANDARD);
        PoolingLayers.register(STANDARD);
        NormalizationLayers.register(STANDARD);
        RegularizationLayers.register(STANDARD);
        ActivationLayers.register(STANDARD);
        MergingLayers.register(STANDARD);
        ReshapingLayers.register(STANDARD);
        PreprocessingLayers.register(STANDARD);
    }

    private final Map<String, Function<Config, Layer>> factories = new LinkedHashMap<>();

    /**
     * Adds a layer.
     *
     * @param factory reads every key that it knows; name, trainable and dtype are read elsewhere
     */
    LayerTable add(String className, Function<Config, Layer> factory) {
        if (factories.putIfAbsent(className, Objects.requireNonNull(factory)) != null) {
            throw new IllegalStateException(className + " is in the table already");
        }
        return this;
    }

    /** A copy with one more layer, which may replace one of Thaw's. */
    LayerTable with(String className, Function<Config, Layer> factory) {
        LayerTable more = new LayerTable();
        more.factories.putAll(factories);
        more.factories.put(className, factory);
        return more;
    }

    /** The factory of a class, if it is known. */
    Optional<Function<Config, Layer>> find(String className) {
        return Optional.ofNullable(factories.get(className));
    }

    /** The class names that can be read. */
    Set<String> names() {
        return factories.keySet();
    }
}
