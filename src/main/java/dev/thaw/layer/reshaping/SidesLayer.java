package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cells put to or taken off both ends of each spatial axis, which lie between the batch and the
 * channels.
 *
 * @param <S> the layer itself
 */
abstract class SidesLayer<S extends SidesLayer<S>> extends SpatialLayer<S> {
    private final String key;
    private List<List<Integer>> sides;

    /** So many cells at both ends of each axis, under Keras's name for them. */
    SidesLayer(int rank, String key, int cells) {
        super(rank);
        this.key = key;
        sides = pairs(cells);
    }

    /** The walk over the cells. */
    final void sides(Properties p) {
        sides = p.pairs(key, sides, rank(), Range.atLeast(0));
    }

    /** One number for all sides, one for each axis, or two for each axis, before and after. */
    final S sides(int... cells) {
        return with(key, pairs(cells));
    }

    private List<List<Integer>> pairs(int... cells) {
        int axes = rank();
        List<List<Integer>> pairs = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            if (cells.length == 2 * axes) {
                pairs.add(List.of(cells[2 * axis], cells[2 * axis + 1]));
            } else if (cells.length == 1 || cells.length == axes) {
                int both = cells[cells.length == 1 ? 0 : axis];
                pairs.add(List.of(both, both));
            } else {
                throw refuse(
                        "%s must be one number, %d or %d, got %s"
                                .formatted(key, axes, 2 * axes, Arrays.toString(cells)));
            }
        }
        return List.copyOf(pairs);
    }

    /** The shape with so many cells more or less along an axis. */
    abstract Shape changed(Shape shape, int axis, int before, int after);

    /** What moves the cells. */
    abstract Op move(Value x, Value y, List<Integer> begin);

    @Override
    protected final Shape resultShape(Shape input) {
        Shape result = input;
        for (int i = 0; i < sides.size(); i++) {
            result = changed(result, i + 1, sides.get(i).get(0), sides.get(i).get(1));
        }
        return result;
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Shape result = resultShape(x.shape());
        if (result.equals(x.shape())) {
            return x;
        }
        List<Integer> begin = new ArrayList<>();
        begin.add(0);
        sides.forEach(s -> begin.add(s.get(0)));
        begin.add(0);
        Value y = l.temp(key, result);
        l.emit(move(x, y, begin));
        return y;
    }
}
