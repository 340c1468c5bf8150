package dev.thaw.layer.operator;

import dev.thaw.layer.Layer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Keras's functions by class name: their parameters, and what they do. */
final class OperatorTable {
    /** Where Keras keeps the classes of its functions. */
    private static final Set<String> MODULES =
            Set.of(
                    "keras.src.ops.numpy",
                    "keras.src.ops.nn",
                    "keras.src.ops.math",
                    "keras.src.ops.core",
                    "keras.src.ops.image",
                    "keras.src.activations.activations");

    /**
     * One function.
     *
     * @param parameters the names of the call's parameters, in order
     * @param maker makes the rule of a call
     */
    private record Entry(
            List<String> parameters, Function<OperatorArguments, OperatorRule> maker) {}

    private static final OperatorTable STANDARD = new OperatorTable();

    static {
        PointwiseOperators.register(STANDARD);
        ArithmeticOperators.register(STANDARD);
        ComparisonOperators.register(STANDARD);
        ReductionOperators.register(STANDARD);
        ShapeOperators.register(STANDARD);
        JoiningOperators.register(STANDARD);
        SubscriptOperators.register(STANDARD);
        ImageOperators.register(STANDARD);
    }

    private final Map<String, Entry> entries = new HashMap<>();

    private OperatorTable() {}

    /** Adds functions of the same parameters and the same rule under several class names. */
    void add(
            List<String> classNames,
            List<String> parameters,
            Function<OperatorArguments, OperatorRule> maker) {
        for (String name : classNames) {
            if (entries.put(name, new Entry(parameters, maker)) != null) {
                throw new IllegalStateException(
                        "operator %s is in the table already".formatted(name));
            }
        }
    }

    /** Adds a function. */
    void add(
            String className,
            List<String> parameters,
            Function<OperatorArguments, OperatorRule> maker) {
        add(List.of(className), parameters, maker);
    }

    static boolean exists(String module, String className) {
        return MODULES.contains(module) && STANDARD.entries.containsKey(className);
    }

    private static Entry find(Layer asking, Operator.Call call) {
        if (!exists(call.module(), call.className())) {
            throw asking.refuse(
                    "there is no operator %s.%s; known are %s"
                            .formatted(
                                    call.module(),
                                    call.className(),
                                    new TreeMap<>(STANDARD.entries).keySet()));
        }
        return STANDARD.entries.get(call.className());
    }

    static OperatorArguments bind(Layer asking, Operator.Call call) {
        return new OperatorArguments(asking, call, find(asking, call).parameters);
    }

    static OperatorRule rule(Operator.Call call, OperatorArguments arguments) {
        return find(arguments.asking(), call).maker.apply(arguments);
    }
}
