package dev.thaw.layer;

import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Zeros around the spatial axes, which lie between the batch and the channels. */
public abstract class ZeroPadding<S extends ZeroPadding<S>> extends SpatialLayer<S> {
    private final List<Sides> sides;

    /** So many cells at both ends of each spatial axis. */
    ZeroPadding(List<Sides> sides) {
        super(sides.size());
        this.sides = sides;
        if (sides.stream().anyMatch(s -> s.before() < 0 || s.after() < 0)) {
            throw refuse("padding must be at least 0 on each side, got " + sides);
        }
    }

    @Override
    final Shape resultShape(Shape input) {
        Shape padded = input;
        for (int i = 0; i < sides.size(); i++) {
            padded = padded.withDim(i + 1, grown(input.dim(i + 1), sides.get(i)));
        }
        return padded;
    }

    private int grown(int extent, Sides s) {
        long padded = (long) extent + s.before() + s.after();
        if (padded > Integer.MAX_VALUE) {
            throw refuse("the padded extent must fit in an int, got " + padded);
        }
        return extent == Shape.NONE ? Shape.NONE : (int) padded;
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Shape padded = resultShape(x.shape());
        if (padded.equals(x.shape())) {
            return x;
        }
        List<Integer> begin = new ArrayList<>();
        begin.add(0);
        sides.forEach(s -> begin.add(s.before()));
        begin.add(0);
        Value y = l.temp("padded", padded);
        l.emit(new Pad(x, y, begin));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("padding", Sides.config(sides));
        config.put("data_format", dataFormat());
    }
}
