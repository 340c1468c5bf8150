package dev.thaw.data;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A sample and its number. */
record Numbered(long number, Sample sample) {
    /** Refuses a source that gave nothing. */
    Numbered {
        if (sample == null) {
            throw new IllegalArgumentException("the source must give a sample, got null");
        }
    }

    /** Puts samples into the rows of a batch. */
    static Batch stack(List<Numbered> all) {
        List<Tensor> x = stack(all, "input", Sample::x);
        List<Tensor> y = stack(all, "target", Sample::y);
        return new Batch(
                x, y, weights(all, y.size()), all.stream().mapToLong(Numbered::number).toArray());
    }

    private static List<Tensor> stack(
            List<Numbered> all, String what, Function<Sample, List<Tensor>> part) {
        List<Tensor> stacked = new ArrayList<>();
        for (Tensor t : part.apply(all.get(0).sample)) {
            stacked.add(Tensor.zeros(t.shape().prepend(all.size()), t.dtype()));
        }
        for (int row = 0; row < all.size(); row++) {
            List<Tensor> tensors = part.apply(all.get(row).sample);
            requireSame(all.get(row).number, what + "s", tensors.size(), stacked.size());
            for (int i = 0; i < tensors.size(); i++) {
                Tensor t = tensors.get(i);
                Tensor into = stacked.get(i);
                String where = "%s %d".formatted(what, i);
                requireSame(
                        all.get(row).number,
                        where,
                        t.dtype() + " " + t.shape(),
                        into.dtype() + " " + into.shape().sub(1, into.shape().rank()));
                into.setRow(row, t);
            }
        }
        return stacked;
    }

    private static void requireSame(long number, String what, Object got, Object first) {
        if (!got.equals(first)) {
            throw new DataException(
                    "data: sample %d must have the same shapes as the first of its batch: %s is %s, that of the first %s; make them equal, or take a batch size of 1"
                            .formatted(number, what, got, first),
                    number,
                    null);
        }
    }

    /** A factor per row where any sample has one, 1 for the others. */
    private static List<Optional<Tensor>> weights(List<Numbered> all, int outputs) {
        if (all.stream().allMatch(n -> n.sample.weight().isEmpty())) {
            return List.of();
        }
        Tensor w = Tensor.zeros(Shape.of(all.size()), DType.FLOAT32);
        for (int row = 0; row < all.size(); row++) {
            w.floats()[row] = (float) all.get(row).sample.weight().orElse(1);
        }
        return Collections.nCopies(outputs, Optional.of(w));
    }
}
