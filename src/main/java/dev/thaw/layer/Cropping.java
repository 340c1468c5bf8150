package dev.thaw.layer;

import dev.thaw.op.Slice;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cells taken off the spatial axes, which lie between the batch and the channels. */
public abstract class Cropping<S extends Cropping<S>> extends SpatialLayer<S> {
    private final List<Sides> sides;

    /** So many cells at both ends of each spatial axis. */
    Cropping(List<Sides> sides) {
        super(sides.size());
        this.sides = sides;
        if (sides.stream().anyMatch(s -> s.before() < 0 || s.after() < 0)) {
            throw refuse("cropping must be at least 0 on each side, got " + sides);
        }
    }

    @Override
    final Shape resultShape(Shape input) {
        Shape cropped = input;
        for (int i = 0; i < sides.size(); i++) {
            int extent = input.dim(i + 1);
            Sides s = sides.get(i);
            if (extent != Shape.NONE && (long) s.before() + s.after() >= extent) {
                throw refuse(
                        "cropping must leave at least 1 cell along each axis; it takes "
                                + s
                                + " off axis "
                                + (i + 1)
                                + " of "
                                + input);
            }
            cropped =
                    extent == Shape.NONE
                            ? cropped
                            : cropped.withDim(i + 1, extent - s.before() - s.after());
        }
        return cropped;
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Shape cropped = resultShape(x.shape());
        if (cropped.equals(x.shape())) {
            return x;
        }
        List<Integer> begin = new ArrayList<>();
        begin.add(0);
        sides.forEach(s -> begin.add(s.before()));
        begin.add(0);
        Value y = l.temp("cropped", cropped);
        l.emit(new Slice(x, y, begin));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("cropping", Sides.config(sides));
        if (sides.size() > 1) { // Keras's Cropping1D has no data_format
            config.put("data_format", dataFormat());
        }
    }
}
