package dev.thaw.model;

import dev.thaw.data.DataNames;
import dev.thaw.data.Dataset;
import dev.thaw.graph.Structure;
import dev.thaw.tensor.Tensor;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Brings data into a model's order of inputs and outputs: by their names where they have any. A
 * model that takes a dictionary of several tensors refuses data without names, as in Keras: the
 * order that it keeps them in is not the one that its author wrote.
 */
final class Placement {
    private final Model model;

    Placement(Model model) {
        this.model = model;
    }

    /** Data to train on or to be judged by. */
    Dataset targets(Dataset data) {
        return of(data, true);
    }

    /** Data to predict on, whatever targets they have. */
    Dataset inputs(Dataset data) {
        return of(data, false);
    }

    private Dataset of(Dataset data, boolean targets) {
        if (data.names().isEmpty()) {
            requireOrder(targets);
            return data;
        }
        DataNames names = data.names().get();
        // a model without a graph yet takes what it is given, and makes one of that
        boolean named = !model.inputs().isEmpty();
        return data.rearranged(
                named ? places("input", model.inputNames(), names.x()) : asTheyAre(names.x()),
                named && targets ? targetPlaces(names.y()) : asTheyAre(names.y()));
    }

    /** Tensors by their names in the model's order. */
    List<Tensor> inputs(Map<String, Tensor> x) {
        List<String> given = List.copyOf(x.keySet());
        return places("input", model.inputNames(), given).stream()
                .map(i -> x.get(given.get(i)))
                .toList();
    }

    /** What came out by its names. */
    Map<String, Tensor> outputs(List<Tensor> y) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < y.size(); i++) {
            named.put(model.outputNames().get(i), y.get(i));
        }
        return named;
    }

    private static List<Integer> asTheyAre(List<String> names) {
        return IntStream.range(0, names.size()).boxed().toList();
    }

    /** Refuses lists where only names tell. */
    void requireOrder(boolean targets) {
        requireOrder(model.inputStructure(), model.inputNames(), "inputs");
        if (targets) {
            requireOrder(model.outputStructure(), model.outputNames(), "targets");
        }
    }

    private void requireOrder(Structure structure, List<String> names, String what) {
        if (structure.isNamed() && names.size() > 1) {
            throw new IllegalArgumentException(
                    "%s: its %s are a dictionary of %s, got a list; give them by name: Dataset.of(Map.of(\"%s\", ..), ..)"
                            .formatted(model.name(), what, names, names.get(0)));
        }
    }

    /** Outputs that are not judged need no targets, and what is given for them is left out. */
    private List<Integer> targetPlaces(List<String> given) {
        List<String> all = model.outputNames();
        List<String> judged =
                model.compilation()
                        .map(c -> c.judged().stream().map(all::get).toList())
                        .orElse(all);
        boolean more = given.size() > judged.size() && all.containsAll(given);
        List<String> wanted =
                more ? given.stream().filter(judged::contains).toList() : List.copyOf(given);
        requireSame("target", judged, wanted);
        return judged.stream().map(given::indexOf).toList();
    }

    private List<Integer> places(String what, List<String> wanted, List<String> given) {
        requireSame(what, wanted, given);
        return wanted.stream().map(given::indexOf).toList();
    }

    private void requireSame(String what, List<String> wanted, List<String> given) {
        if (given.size() != wanted.size() || !new HashSet<>(given).equals(new HashSet<>(wanted))) {
            throw new IllegalArgumentException(
                    "%s: needs one %s for each of %s, got %s"
                            .formatted(model.name(), what, wanted, given));
        }
    }
}
