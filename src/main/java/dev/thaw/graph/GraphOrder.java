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
    }

    /** Depth first without recursion: a deep network must not overflow the stack. */
    private void visit(Symbol output) {
        record Visit(Node node, int[] next) {}
        Deque<Visit> stack = new ArrayDeque<>();
        push(output, n -> stack.push(new Visit(n, new int[1])));
        while (!stack.isEmpty()) {
            Visit top = stack.peek();
            if (top.next[0] < top.node.inputs().size()) {
                push(
                        top.node.inputs().get(top.next[0]++),
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
                    model
                            + ": the graph is not connected: an output depends on '"
                            + node.layer().name()
                            + "' "
                            + symbol.shape()
                            + ", which is not among the inputs "
                            + inputs.stream().map(s -> s.node().layer().name()).sorted().toList());
        }
        met.putIfAbsent(node.layer(), met.size());
        if (seen.add(node)) {
            enter.accept(node);
        }
    }

    /** The calls in an order in which each one's inputs exist. */
    List<Node> nodes() {
        return List.copyOf(finished);
    }

    /** The layers in Keras's order, input layers included. */
    List<Layer> layers() {
        Map<Node, Integer> nodeDepth = new HashMap<>();
        Map<Layer, Integer> layerDepth = new HashMap<>();
        for (int i = finished.size() - 1; i >= 0; i--) {
            Node node = finished.get(i);
            int depth =
                    Math.max(
                            nodeDepth.getOrDefault(node, 0),
                            layerDepth.getOrDefault(node.layer(), 0));
            layerDepth.put(node.layer(), depth);
            nodeDepth.put(node, depth);
            for (Symbol in : node.inputs()) {
                nodeDepth.merge(in.node(), depth + 1, Math::max);
                if (inputs.contains(in)) {
                    layerDepth.merge(in.node().layer(), depth + 1, Math::max);
                }
            }
        }
        Set<Layer> called = new HashSet<>();
        finished.forEach(n -> called.add(n.layer()));
        List<Layer> all = new ArrayList<>(met.keySet());
        all.removeIf(l -> !called.contains(l) && !Network.isInput(l));
        all.sort(
                Comparator.<Layer>comparingInt(l -> -layerDepth.getOrDefault(l, 0))
                        .thenComparingInt(met::get));
        return List.copyOf(all);
    }
}
