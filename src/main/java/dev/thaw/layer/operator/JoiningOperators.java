package dev.thaw.layer.operator;

import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.op.Concat;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Functions that put tensors side by side, or take one apart. */
final class JoiningOperators {
    private JoiningOperators() {}

    static void register(OperatorTable t) {
        t.add("Concatenate", List.of("xs"), JoiningOperators::concatenate);
        t.add("Stack", List.of("x"), JoiningOperators::stack);
        t.add("Split", List.of("x"), JoiningOperators::split);
    }

    private static OperatorRule concatenate(OperatorArguments a) {
        List<Operand> xs = a.operands("xs");
        int axis = a.integer("axis", 0);
        return OperatorRule.of(
                shapes ->
                        Concatenate.joined(
                                a.asking(), xs.stream().map(x -> x.shape(shapes)).toList(), axis),
                (l, values) -> {
                    List<Value> all = xs.stream().map(x -> x.value(l, values)).toList();
                    return join(l, a, all, axis);
                });
    }

    private static Value join(Lowering l, OperatorArguments a, List<Value> xs, int axis) {
        if (xs.size() == 1) {
            return xs.get(0);
        }
        Shape shape = Concatenate.joined(a.asking(), xs.stream().map(Value::shape).toList(), axis);
        Value y = l.temp("joined", shape);
        l.emit(new Concat(xs, y, shape.axis(axis)));
        return y;
    }

    private static OperatorRule stack(OperatorArguments a) {
        List<Operand> xs = a.operands("x");
        int axis = a.integer("axis", 0);
        Function<Shape, Shape> widened =
                s -> s.insert(InputAxes.resolve(a.asking(), s.append(1), axis), 1);
        return OperatorRule.of(
                shapes ->
                        Concatenate.joined(
                                a.asking(),
                                xs.stream().map(x -> widened.apply(x.shape(shapes))).toList(),
                                axis),
                (l, values) -> {
                    List<Value> all = new ArrayList<>();
                    for (Operand x : xs) {
                        Value v = x.value(l, values);
                        all.add(l.formula().reshape(v, widened.apply(v.shape())));
                    }
                    return join(l, a, all, axis);
                });
    }

    private static OperatorRule split(OperatorArguments a) {
        Operand x = a.operand("x");
        int axis = a.integer("axis", 0);
        return new OperatorRule() {
            @Override
            public List<Shape> outputShapes(List<Shape> inputs) {
                Shape s = x.shape(inputs);
                int at = InputAxes.resolve(a.asking(), s, axis);
                List<Shape> parts = new ArrayList<>();
                List<Integer> cuts = cuts(a, s, at);
                for (int i = 1; i < cuts.size(); i++) {
                    parts.add(s.withDim(at, cuts.get(i) - cuts.get(i - 1)));
                }
                return parts;
            }

            @Override
            public List<Value> lower(Lowering l, List<Value> inputs) {
                Value v = x.value(l, inputs);
                int at = v.shape().axis(axis);
                List<Value> parts = new ArrayList<>();
                List<Integer> cuts = cuts(a, v.shape(), at);
                for (int i = 1; i < cuts.size(); i++) {
                    parts.add(l.formula().slice(v, at, cuts.get(i - 1), cuts.get(i)));
                }
                return parts;
            }
        };
    }

    /** Where the parts begin, and where the last one ends. */
    private static List<Integer> cuts(OperatorArguments a, Shape s, int axis) {
        int extent = s.dim(axis);
        if (extent == Shape.NONE) {
            throw a.refuse("axis %s must be known to be split, got %s".formatted(axis, s));
        }
        List<Integer> cuts = new ArrayList<>();
        cuts.add(0);
        if (a.raw("indices_or_sections") instanceof List<?>) {
            cuts.addAll(a.integers("indices_or_sections"));
        } else {
            int parts = a.integer("indices_or_sections", 0);
            if (parts < 1 || extent % parts != 0) {
                throw a.refuse("axis %s of %s must split into %s parts".formatted(axis, s, parts));
            }
            IntStream.range(1, parts).forEach(i -> cuts.add(i * (extent / parts)));
        }
        cuts.add(extent);
        for (int i = 1; i < cuts.size(); i++) {
            if (cuts.get(i) < cuts.get(i - 1) || cuts.get(i) > extent) {
                throw a.refuse("indices must ascend within %s, got %s".formatted(extent, cuts));
            }
        }
        return cuts;
    }
}
