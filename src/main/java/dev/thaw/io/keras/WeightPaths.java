package dev.thaw.io.keras;

import dev.thaw.graph.Network;
import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Weight;
import dev.thaw.layer.operator.Operator;
import dev.thaw.model.Sequential;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where Keras 3 keeps the weights of each layer: {@code layers/<key>} per container, with the key
 * made of the class name and a number, whatever the layer's own name. What is reached twice is kept
 * at the first place.
 */
final class WeightPaths {
    private final Map<String, Layer> groups = new LinkedHashMap<>();
    private final Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private WeightPaths() {}

    /** Layers by the path of their group; the root's is empty. */
    static Map<String, Layer> of(Network root) {
        WeightPaths p = new WeightPaths();
        p.visit("", root);
        return p.groups;
    }

    /** A layer's variables in file order: those created as trainable, then the others. */
    static List<Weight> variables(Layer layer) {
        return java.util.stream.Stream.concat(
                        layer.ownWeights().stream().filter(w -> w.spec().trainable()),
                        layer.ownWeights().stream().filter(w -> !w.spec().trainable()))
                .toList();
    }

    private void visit(String path, Layer layer) {
        if (!seen.add(layer)) {
            return;
        }
        groups.put(path, layer);
        String base = path.isEmpty() ? "" : path + "/";
        if (layer instanceof Network n) {
            Map<String, Integer> used = new HashMap<>();
            for (Layer child : n.layers()) {
                if (isKept(n, child)) {
                    String name = LayerNames.snakeCase(className(child));
                    int number = used.merge(name, 1, Integer::sum) - 1;
                    visit(base + "layers/" + name + (number == 0 ? "" : "_" + number), child);
                }
            }
        } else {
            layer.sublayers().forEach(inner -> visit(base + "layer", inner));
        }
    }

    /**
     * A Sequential does not count its input among its layers, and operators are no layers of Keras.
     */
    private static boolean isKept(Network container, Layer child) {
        return !(container instanceof Sequential && child instanceof InputLayer)
                && !(child instanceof Operator);
    }

    /** Keras's class name of a layer. */
    static String className(Layer layer) {
        if (layer instanceof Sequential) {
            return "Sequential";
        }
        return layer instanceof Network ? "Functional" : layer.className();
    }
}
