package dev.thaw.config;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tensor as JSON says it: a number, or lists of equal length down to numbers. */
final class NestedNumbers {
    private final List<Integer> dims = new ArrayList<>();
    private final List<Float> numbers = new ArrayList<>();

    private NestedNumbers() {}

    /** The tensor; nothing where the lists differ in length, are empty, or hold something else. */
    static Optional<Tensor> tensor(Object v) {
        NestedNumbers n = new NestedNumbers();
        Object first = v;
        while (first instanceof List<?> l && n.dims.size() < PropertyReader.MAX_RANK) {
            n.dims.add(l.size());
            first = l.isEmpty() ? null : l.get(0);
        }
        // the numbers bound the memory: the extents alone may say anything
        if (!n.collect(v, 0)) {
            return Optional.empty();
        }
        Tensor t = Tensor.zeros(Shape.of(n.dims), DType.FLOAT32);
        for (int i = 0; i < n.numbers.size(); i++) {
            t.floats()[i] = n.numbers.get(i);
        }
        return Optional.of(t);
    }

    private boolean collect(Object v, int level) {
        if (level == dims.size()) {
            return v instanceof Number n && numbers.add(n.floatValue());
        }
        return v instanceof List<?> l
                && !l.isEmpty()
                && l.size() == dims.get(level)
                && l.stream().allMatch(e -> collect(e, level + 1));
    }
}
