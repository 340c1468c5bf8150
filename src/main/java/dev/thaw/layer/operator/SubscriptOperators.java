package dev.thaw.layer.operator;

import dev.thaw.op.Formula;
import dev.thaw.op.SparseMatrix;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Subscripts as in Python: {@code x[:, 1:, ::-1, None, 0]}; and flips. */
final class SubscriptOperators {
    private SubscriptOperators() {}

    static void register(OperatorTable t) {
        t.add("GetItem", List.of("x", "key"), SubscriptOperators::getItem);
        t.add(
                "Flip",
                List.of("x"),
                a ->
                        OperatorRule.unary(
                                a.operand("x"),
                                s -> {
                                    axes(a, s);
                                    return s;
                                },
                                (f, x) -> {
                                    Value y = x;
                                    for (int axis : axes(a, x.shape())) {
                                        int n = x.shape().dim(axis);
                                        y = take(f, y, axis, indices(n - 1, -1, n));
                                    }
                                    return y;
                                }));
    }

    private static List<Integer> axes(OperatorArguments a, Shape shape) {
        List<Integer> axes = ReductionOperators.resolved(a, shape, a.integers("axis"));
        if (axes.contains(0)) {
            throw a.refuse("cannot flip axis 0, the batch, got " + a.raw("axis"));
        }
        return axes;
    }

    private static int[] indices(int start, int step, int count) {
        return IntStream.range(0, count).map(i -> start + i * step).toArray();
    }

    /** Elements of one axis by number. */
    static Value take(Formula f, Value x, int axis, int[] indices) {
        int last = indices[indices.length - 1];
        boolean inARow = last - indices[0] == indices.length - 1;
        return inARow
                ? f.slice(x, axis, indices[0], last + 1)
                : SparseMatrix.picking(x.shape().dim(axis), indices).times(f, x, axis);
    }

    private static OperatorRule getItem(OperatorArguments a) {
        Operand x = a.operand("x");
        Object key = a.argument("key");
        List<Object> entries = key instanceof List<?> l ? new ArrayList<>(l) : Arrays.asList(key);
        for (Object e : entries) {
            boolean known =
                    e == null
                            || e instanceof Integer
                            || e instanceof Operator.Range
                            || e == Operator.Subscript.ELLIPSIS;
            if (!known) {
                throw a.refuse("a subscript must be numbers, slices, None or ..., got " + e);
            }
        }
        return OperatorRule.of(
                shapes -> shape(a, x.shape(shapes), entries),
                (l, values) -> lower(a, l.formula(), x.value(l, values), entries));
    }

    /** The entries with one for each axis, besides the None that make new axes. */
    private static List<Object> complete(OperatorArguments a, List<Object> entries, int rank) {
        long named = entries.stream().filter(SubscriptOperators::takesAxis).count();
        long dots = entries.stream().filter(e -> e == Operator.Subscript.ELLIPSIS).count();
        if (named > rank || dots > 1) {
            throw a.refuse(
                    "a subscript of %s does not fit an input of rank %s".formatted(entries, rank));
        }
        List<Object> all = new ArrayList<>();
        Operator.Range whole = new Operator.Range(null, null, null);
        for (Object e : entries) {
            if (e == Operator.Subscript.ELLIPSIS) {
                all.addAll(Collections.nCopies((int) (rank - named), whole));
            } else {
                all.add(e);
            }
        }
        if (dots == 0) {
            all.addAll(Collections.nCopies((int) (rank - named), whole));
        }
        return all;
    }

    private static boolean takesAxis(Object entry) {
        return entry != null && entry != Operator.Subscript.ELLIPSIS;
    }

    private static Shape shape(OperatorArguments a, Shape from, List<Object> entries) {
        List<Integer> dims = new ArrayList<>();
        int axis = 0;
        for (Object e : complete(a, entries, from.rank())) {
            if (e == null) {
                dims.add(1);
                continue;
            }
            int extent = from.dim(axis);
            if (e instanceof Operator.Range r) {
                requireWholeBatch(a, r, axis);
                dims.add(
                        isWhole(r)
                                ? extent
                                : extent == Shape.NONE ? extent : picked(a, r, extent).length);
            } else {
                index(a, (Integer) e, axis, extent);
            }
            axis++;
        }
        return Shape.of(dims);
    }

    private static void requireWholeBatch(OperatorArguments a, Operator.Range r, int axis) {
        if (axis == 0 && !isWhole(r)) {
            throw a.refuse("axis 0 is the batch, of which nothing can be left out, got " + r);
        }
    }

    private static boolean isWhole(Operator.Range r) {
        return (r.start() == null || r.start() == 0)
                && r.stop() == null
                && (r.step() == null || r.step() == 1);
    }

    private static int index(OperatorArguments a, int index, int axis, int extent) {
        int i = index < 0 && extent != Shape.NONE ? index + extent : index;
        if (axis == 0 || extent != Shape.NONE && (i < 0 || i >= extent)) {
            throw a.refuse(
                    axis == 0
                            ? "axis 0 is the batch, from which no sample can be picked, got "
                                    + index
                            : "index " + index + " lies outside of axis " + axis + " of " + extent);
        }
        return i;
    }

    /** The indices of a slice, as Python counts them. */
    static int[] picked(OperatorArguments a, Operator.Range r, int extent) {
        int step = r.step() == null ? 1 : r.step();
        if (step == 0) {
            throw a.refuse("a slice's step must not be 0");
        }
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? extent : extent - 1;
        int start =
                r.start() == null ? (step > 0 ? low : high) : bound(r.start(), extent, low, high);
        int stop = r.stop() == null ? (step > 0 ? high : low) : bound(r.stop(), extent, low, high);
        long count =
                Math.max(
                        0,
                        Math.floorDiv(
                                (long) stop - start + (step > 0 ? step - 1 : step + 1), step));
        if (count == 0) {
            throw a.refuse("slice %s leaves nothing of %s".formatted(r, extent));
        }
        return indices(start, step, Math.toIntExact(count));
    }

    private static int bound(int index, int extent, int low, int high) {
        int i = index < 0 ? index + extent : index;
        return Math.max(low, Math.min(i, high));
    }

    private static Value lower(OperatorArguments a, Formula f, Value x, List<Object> entries) {
        Value y = x;
        int axis = 0;
        for (Object e : complete(a, entries, x.shape().rank())) {
            int extent = e == null ? 0 : x.shape().dim(axis);
            if (e instanceof Operator.Range r && !isWhole(r)) {
                y = take(f, y, axis, picked(a, r, extent));
            } else if (e instanceof Integer i) {
                int at = index(a, i, axis, extent);
                y = f.slice(y, axis, at, at + 1);
            }
            axis += e == null ? 0 : 1;
        }
        return f.reshape(y, shape(a, x.shape(), entries));
    }
}
