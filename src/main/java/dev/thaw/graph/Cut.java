package dev.thaw.graph;

import dev.thaw.layer.Input;
import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph that begins in the middle of another one. As in Keras it has inputs of its own, and the
 * calls behind the cut are made on these again: what lies in front is no part of it.
 */
final class Cut {
    private final Map<Symbol, Symbol> made = new HashMap<>();
    private final List<Symbol> inputs = new ArrayList<>();

    /**
     * @param from where it begins
     * @param calls all of its calls, in an order in which they can run
     */
    Cut(List<Symbol> from, List<Node> calls) {
        Set<String> names = new HashSet<>();
        calls.forEach(n -> names.add(n.layer().name()));
        from.stream().filter(Cut::isInput).forEach(s -> names.add(s.node().layer().name()));
        for (Symbol s : from) {
            Symbol in = isInput(s) ? s : input(s, names);
            inputs.add(in);
            made.put(s, in);
        }
        for (Node n : calls) {
            Node again = n.with(this::of);
            for (int i = 0; i < n.outputs().size(); i++) {
                made.putIfAbsent(n.outputs().get(i), again.outputs().get(i));
            }
        }
    }

    static boolean isInput(Symbol s) {
        return s.node().layer() instanceof InputLayer;
    }

    private static Symbol input(Symbol s, Set<String> names) {
        String name = s.node().layer().name() + "_input";
        for (int i = 1; !names.add(name); i++) {
            name = s.node().layer().name() + "_input_" + i;
        }
        return Input.named(name, s.shape(), s.dtype());
    }

    /** Where it begins now. */
    List<Symbol> inputs() {
        return inputs;
    }

    /** What stands for a symbol of the other graph. */
    Symbol of(Symbol s) {
        return made.getOrDefault(s, s);
    }
}
