package dev.thaw.layer.operator;

import dev.thaw.layer.Layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments of a function's call by the names of its parameters, and its configuration. */
final class OperatorArguments {
    private final Layer asking;
    private final Map<String, Object> config;
    private final Map<String, Object> given = new HashMap<>();
    private final int inputs;

    /** Binds as Python does: positions first, then names; null counts as not given. */
    OperatorArguments(Layer asking, Operator.Call call, List<String> parameters) {
        this.asking = asking;
        this.config = call.config();
        if (call.args().size() > parameters.size()) {
            throw refuse(
                    "takes at most %s, got %s arguments".formatted(parameters, call.args().size()));
        }
        for (int i = 0; i < call.args().size(); i++) {
            given.put(parameters.get(i), call.args().get(i));
        }
        call.kwargs()
                .forEach(
                        (name, value) -> {
                            if (value != null && !parameters.contains(name)) {
                                throw refuse(
                                        "has no argument %s, it has %s"
                                                .formatted(name, parameters));
                            }
                            if (given.containsKey(name)) {
                                throw refuse("is given its argument %s twice".formatted(name));
                            }
                            given.put(name, value);
                        });
        Set<Integer> places = new HashSet<>();
        collect(new ArrayList<>(given.values()), places);
        this.inputs = places.size();
        if (inputs == 0 || !places.stream().allMatch(p -> p >= 0 && p < inputs)) {
            throw refuse("must have its inputs 0, 1, .. among its arguments, got " + places);
        }
    }

    private static void collect(Object argument, Set<Integer> places) {
        if (argument instanceof Operator.Placeholder p) {
            places.add(p.input());
        } else if (argument instanceof List<?> list) {
            list.forEach(a -> collect(a, places));
        }
    }

    /** How many inputs the call has. */
    int inputs() {
        return inputs;
    }

    Layer asking() {
        return asking;
    }

    /** An argument as it stands; null where it is not given. */
    Object argument(String name) {
        return given.get(name);
    }

    /** An argument that is an input, a number or an array. */
    Operand operand(String name) {
        return operand(name, given.get(name));
    }

    /** An argument that is a list of such. */
    List<Operand> operands(String name) {
        if (given.get(name) instanceof List<?> list && !list.isEmpty()) {
            List<Operand> all = new ArrayList<>();
            list.forEach(a -> all.add(operand(name, a)));
            return all;
        }
        throw refuse("%s must be a list of tensors, got %s".formatted(name, given.get(name)));
    }

    private Operand operand(String name, Object argument) {
        if (argument instanceof Operator.Placeholder p) {
            return new Operand.Input(p.input());
        } else if (argument instanceof Number n) {
            return new Operand.Number(n.doubleValue());
        } else if (argument instanceof Boolean b) {
            return new Operand.Number(b ? 1 : 0);
        } else if (argument instanceof Operator.Literal l) {
            return new Operand.Constant(l.value());
        }
        throw refuse("%s must be a tensor or a number, got %s".formatted(name, argument));
    }

    /** A number of the configuration, or a default where it is absent or null. */
    double number(String key, double otherwise) {
        Object value = config.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        throw refuse("%s must be a number, got %s".formatted(key, value));
    }

    /** A number of the configuration, or null. */
    Double numberOrNull(String key) {
        return config.get(key) == null ? null : (Double) number(key, 0);
    }

    /** True or false, or a default where it is absent or null. */
    boolean flag(String key, boolean otherwise) {
        Object value = config.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean b) {
            return b;
        }
        throw refuse("%s must be true or false, got %s".formatted(key, value));
    }

    /** A whole number, or a default where it is absent or null. */
    int integer(String key, int otherwise) {
        Object value = config.get(key);
        return value == null ? otherwise : whole(key, value);
    }

    /** Whole numbers: a list, or one number as a list of one; null where absent. */
    List<Integer> integers(String key) {
        Object value = config.get(key);
        if (value == null) {
            return null;
        }
        List<Integer> all = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(v -> all.add(whole(key, v)));
        } else {
            all.add(whole(key, value));
        }
        return all;
    }

    /** A text, or a default where it is absent or null. */
    String text(String key, String otherwise) {
        Object value = config.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof String s) {
            return s;
        }
        throw refuse("%s must be a text, got %s".formatted(key, value));
    }

    /** A value of the configuration as it stands. */
    Object raw(String key) {
        return config.get(key);
    }

    private int whole(String key, Object value) {
        if (value instanceof Number n
                && n.doubleValue() == Math.rint(n.doubleValue())
                && Math.abs(n.doubleValue()) <= Integer.MAX_VALUE) {
            return n.intValue();
        }
        throw refuse("%s must be whole numbers of 32 bits, got %s".formatted(key, value));
    }

    IllegalArgumentException refuse(String problem) {
        return asking.refuse(problem);
    }
}
