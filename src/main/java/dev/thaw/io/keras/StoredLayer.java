package dev.thaw.io.keras;

import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of one layer in a file, whatever its layout.
 *
 * @param path the names of the layer and of what it is in: {@code base/conv}
 * @param weights the names of the weights; empty where the layout numbers them
 * @param values the weights
 */
record StoredLayer(String path, List<String> weights, List<Hdf5Dataset> values) {
    /** Of a group of the legacy layout, which holds a top-level layer with all inside. */
    static List<StoredLayer> ofLegacy(String layer, Hdf5Group group, List<String> names) {
        Map<String, StoredLayer> all = new LinkedHashMap<>();
        for (String name : names) {
            String plain = name.replaceAll(":\\d+$", "");
            int slash = plain.lastIndexOf('/');
            String parent = slash < 0 ? "" : plain.substring(0, slash);
            String path = joined(layer, parent);
            StoredLayer l =
                    all.computeIfAbsent(
                            path, p -> new StoredLayer(p, new ArrayList<>(), new ArrayList<>()));
            l.weights.add(plain.substring(slash + 1));
            l.values.add(group.dataset(name));
        }
        return List.copyOf(all.values());
    }

    /** Keras 2 left out the name of a nested model, which others put in front. */
    private static String joined(String layer, String parent) {
        boolean within = parent.equals(layer) || parent.startsWith(layer + "/");
        String rest = within ? parent.substring(layer.length()) : "/" + parent;
        return ModelReader.plain(layer) + (parent.isEmpty() ? "" : rest);
    }

    /**
     * How many names a layer's path has in common with this one at their ends. Names in Keras 2 may
     * hold slashes, which {@link ModelReader#plain} has replaced in a network's.
     */
    int common(String layer) {
        int slash = path.indexOf('/') + 1;
        String oneName = path.substring(0, slash) + ModelReader.plain(path.substring(slash));
        return Math.max(common(layer, path), common(layer, oneName));
    }

    private static int common(String a, String b) {
        String[] left = a.split("/");
        String[] right = b.split("/");
        int n = 0;
        while (n < left.length
                && n < right.length
                && left[left.length - 1 - n].equals(right[right.length - 1 - n])) {
            n++;
        }
        return n;
    }
}
