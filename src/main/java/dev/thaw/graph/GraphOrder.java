package dev.thaw.graph;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the calls between inputs and outputs, an order to run them in, and Keras's order of the
 * layers: by decreasing depth (distance from the outputs), and within a depth in the order in which
 * a walk back from the outputs meets them ({@code map_graph} in Keras's function.py).
 */
final class GraphOrder {
    private final String model;
    private final Set<Symbol> inputs;
    private final List<Node> finished = new ArrayList<>();
    private final Map<Layer, Integer> met = new LinkedHashMap<>();
    private final Set<Node> seen = new HashSet<>();
    private final Map<Node, Integer> depths = new LinkedHashMap<>();
    private final Map<Layer, Integer> layerDepths = new HashMap<>();

    GraphOrder(String model, List<Symbol> inputs, List<Symbol> outputs) {
        this.model = model;
        this.inputs = new HashSet<>(inputs);
        if (this.inputs.size() != inputs.size()) {
            throw new IllegalArgumentException(model + ": an input is given twice");
        }
        for (Symbol in : inputs) {
            // an input's own layer belongs to the graph even where it is cut out of a larger one
            if (in.node().inputs().isEmpty()) {
                seen.add(in.node());
            }
        }
        outputs.forEach(this::visit);
        inputs.forEach(
                in -> {
                    if (in.node().inputs().isEmpty()) {
                        met.putIfAbsent(in.node().layer(), -1);
                    }
                });
        measure();
    }

    /** Depth first without recursion: a deep network must not overflow the stack. */
    private void visit(Symbol output) {
        record Visit(Node node, int[] next) {}
        Deque<Visit> stack = new ArrayDeque<>();
        push(output, n -> stack.push(new Visit(n, new int[1])));
        while (!stack.isEmpty()) {
            Visit top = stack.peek();
            if (top.next[0] < top.node.needs().size()) {
                push(
                        top.node.needs().get(top.next[0]++),
                        n -> stack.push(new Visit(n, new int[1])));
            } else {
                finished.add(stack.pop().node);
            }
        }
    }

    private void push(Symbol symbol, java.util.function.Consumer<Node> enter) {
        Node node = symbol.node();
        if (inputs.contains(symbol)) {
            met.putIfAbsent(node.layer(), met.size());
            return;
        }
        if (node.inputs().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: the graph is not connected: an output depends on '%s' %s, which is not among the inputs %s"
                            .formatted(
                                    model,
                                    node.layer().name(),
                                    symbol.shape(),
                                    inputs.stream()
                                            .map(s -> s.node().layer().name())
                                            .sorted()
                                            .toList()));
        }
        met.putIfAbsent(node.layer(), met.size());
        if (seen.add(node)) {
            enter.accept(node);
        }
    }

    /**
     * The calls in Keras's running order: by decreasing depth, and within a depth in the order in
     * which the walk from the outputs assigned depths. Each one's inputs exist, since what a call
     * depends on is deeper; and a layer that is called twice at one depth changes its statistics in
     * the order in which Keras does.
     */
    List<Node> nodes() {
        List<Node> running = new ArrayList<>(depths.keySet());
        running.retainAll(new HashSet<>(finished));
        running.sort(Comparator.comparingInt(n -> -depths.get(n)));
        return List.copyOf(running);
    }

    private void measure() {
        for (int i = finished.size() - 1; i >= 0; i--) {
            Node node = finished.get(i);
            depths.putIfAbsent(node, 0);
            int depth = Math.max(depths.get(node), layerDepths.getOrDefault(node.layer(), 0));
            layerDepths.put(node.layer(), depth);
            depths.put(node, depth);
            for (Symbol in : node.needs()) {
                depths.merge(in.node(), depth + 1, Math::max);
                if (inputs.contains(in)) {
                    layerDepths.merge(in.node().layer(), depth + 1, Math::max);
                }
            }
        }
    }

    /** The layers in Keras's order, input layers included. */
    List<Layer> layers() {
        Set<Layer> called = finished.stream().map(Node::layer).collect(Collectors.toSet());
        List<Layer> all = new ArrayList<>(met.keySet());
        all.removeIf(l -> !called.contains(l) && !Network.isInput(l));
        all.sort(
                Comparator.<Layer>comparingInt(l -> -layerDepths.getOrDefault(l, 0))
                        .thenComparingInt(met::get));
        return List.copyOf(all);
    }
}
