package dev.thaw.graph;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.Shape;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The text of {@link Network#summary()}. */
final class Summary {
    private Summary() {}

    static String of(Network model) {
        if (model.outputs().isEmpty()) {
            return ofUnbuilt(model);
        }
        Table table = new Table(List.of("Layer (type)", "Output Shape", "Param #", "Trainable"));
        Map<Layer, String> shapes = shapes(model);
        for (Layer l : model.layers()) {
            long own = count(l.weights());
            table.row(
                    "%s (%s)".formatted(l.name(), l.className()),
                    shapes.getOrDefault(l, ""),
                    number(own),
                    own == 0 ? "-" : flag(model, l));
        }
        long total = count(model.weights());
        long trainable = count(model.trainableWeights());
        return "Model: \"%s\"%s%s%s%s%s"
                .formatted(
                        model.name(),
                        System.lineSeparator(),
                        table.render(Table.terminalWidth()),
                        line("Total params", total),
                        line("Trainable params", trainable),
                        line("Non-trainable params", total - trainable));
    }

    private static String ofUnbuilt(Network model) {
        Table table = new Table(List.of("Layer (type)", "Output Shape", "Param #"));
        for (Layer l : model.sublayers()) {
            table.row("%s (%s)".formatted(l.name(), l.className()), "not built", "?");
        }
        return "Model: \"%s\" (not built yet: call build(..) or give an Input first)%s%s"
                .formatted(
                        model.name(), System.lineSeparator(), table.render(Table.terminalWidth()));
    }

    private static String flag(Network model, Layer l) {
        long all = l.weights().stream().filter(w -> w.variable().createdTrainable()).count();
        long now =
                model.trainable()
                        ? l.weights().stream().filter(w -> w.variable().trainable()).count()
                        : 0;
        return all == 0 ? "-" : now == all ? "yes" : now == 0 ? "no" : "in part";
    }

    /** What the first call of each layer gives. */
    private static Map<Layer, String> shapes(Network model) {
        Map<Layer, String> all = new HashMap<>();
        for (Node n : model.nodes()) {
            List<Shape> shapes = n.outputs().stream().map(Symbol::shape).toList();
            all.putIfAbsent(
                    n.layer(), shapes.size() == 1 ? shapes.get(0).toString() : shapes.toString());
        }
        model.inputs().forEach(s -> all.putIfAbsent(s.node().layer(), s.shape().toString()));
        return all;
    }

    private static long count(List<Weight> weights) {
        return weights.stream().mapToLong(w -> w.variable().shape().size()).sum();
    }

    private static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static String line(String what, long n) {
        String size =
                n * 4 < 1024
                        ? n * 4 + " B"
                        : n * 4 < 1024 * 1024
                                ? String.format(Locale.ROOT, "%.2f KB", n * 4 / 1024.)
                                : String.format(Locale.ROOT, "%.2f MB", n * 4 / 1024. / 1024.);
        return " %s: %s (%s)%s".formatted(what, number(n), size, System.lineSeparator());
    }
}
