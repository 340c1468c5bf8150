package dev.thaw.layer;

import dev.thaw.config.Properties;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A layer over spatial axes. Here alone is it known that an input may have its channels first:
 * subclasses see [N, spatial.., C].
 *
 * @param <S> the layer itself
 */
public abstract class SpatialLayer<S extends SpatialLayer<S>> extends UnaryLayer<S> {
    private static final String[][] AXES = {
        {"steps"}, {"height", "width"}, {"depth", "height", "width"}
    };

    private final int rank;
    private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

    /** Over so many spatial axes, 1 to 3. */
    protected SpatialLayer(int rank) {
        this.rank = rank;
    }

    /** {@link #outputShape} with the channels last on both sides. */
    protected abstract Shape resultShape(Shape input);

    /** {@link #weightSpecs} for an input with its channels last. */
    protected List<WeightSpec> specs(Shape input) {
        return List.of();
    }

    /** {@link #lower} with the channels last on both sides. */
    protected abstract Value emit(Lowering l, Value x);

    /** What happens to the result wherever its channels lie. */
    protected Value finish(Lowering l, Value y) {
        return y;
    }

    /** The walk over the data format, for the place where Keras's class has it. */
    protected final void dataFormat(Properties p) {
        dataFormat = p.choice("data_format", dataFormat);
    }

    /** Where the channels lie; default CHANNELS_LAST, which is faster. */
    public final S dataFormat(DataFormat value) {
        return with("data_format", value);
    }

    /** Where the channels lie. */
    protected final DataFormat dataFormat() {
        return dataFormat;
    }

    /** The number of spatial axes. */
    protected final int rank() {
        return rank;
    }

    /** What a spatial axis is called. */
    protected final String axisName(int axis) {
        return AXES[rank - 1][axis];
    }

    @Override
    protected final Shape outputShape(Shape input) {
        Shape result = resultShape(channelsLast(input));
        return result.pick(toFirst(result));
    }

    @Override
    protected final List<WeightSpec> weightSpecs(Shape input) {
        return specs(channelsLast(input));
    }

    @Override
    protected final Value lower(Lowering l, Value x) {
        Value last = l.formula().transpose(x, toLast(x.shape()));
        if (last != x) {
            l.setMask(last, l.mask(x)); // which says nothing about channels
        }
        Value y = emit(l, last);
        return finish(l, l.formula().transpose(y, toFirst(y.shape())));
    }

    /**
     * The input's shape with the channels last; refuses other ranks, and channels unknown or none.
     */
    private Shape channelsLast(Shape input) {
        boolean last = dataFormat == DataFormat.CHANNELS_LAST;
        if (input.rank() != rank + 2 || input.dim(last ? -1 : 1) == Shape.NONE) {
            String spatial = String.join(", ", AXES[rank - 1]);
            throw refuse(
                    "input must be (batch, %s) with known channels, got %s"
                            .formatted(
                                    last ? spatial + ", channels" : "channels, " + spatial, input));
        }
        if (input.dim(last ? -1 : 1) == 0) {
            throw refuse("input must have at least one channel, got %s".formatted(input));
        }
        return input.pick(toLast(input));
    }

    private List<Integer> toLast(Shape shape) {
        boolean first = dataFormat == DataFormat.CHANNELS_FIRST;
        return shape.axesToEnd(first ? List.of(1) : List.of());
    }

    private List<Integer> toFirst(Shape shape) {
        return Transpose.inverse(toLast(shape));
    }
}
