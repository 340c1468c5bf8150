package dev.thaw.layer.pooling;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Padding;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.layer.WindowSpec;
import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Collections;
import java.util.List;

/**
 * Pooling over 1 to 3 spatial axes.
 *
 * @param <S> the layer itself
 */
public abstract class BasePooling<S extends BasePooling<S>> extends SpatialLayer<S> {
    private final Pool.Function function;
    private List<Integer> poolSize;
    private List<Integer> strides;
    private Padding padding = Padding.VALID;

    BasePooling(int rank, Pool.Function function) {
        super(rank);
        this.function = function;
        poolSize = Collections.nCopies(rank, 2);
    }

    @Override
    protected final void properties(Properties p) {
        Range positive = Range.atLeast(1);
        poolSize = p.perAxis("pool_size", poolSize, rank(), positive);
        padding = p.choice("padding", padding, List.of(Padding.VALID, Padding.SAME));
        List<Integer> given =
                p.perAxis("strides", strides == null ? poolSize : strides, rank(), positive);
        strides = given.equals(poolSize) ? null : given;
        dataFormat(p);
    }

    /** Extents of the window, in cells: one number for all axes, or one for each; default 2. */
    public final S poolSize(int... value) {
        return with("pool_size", value);
    }

    /**
     * Steps of the window, in cells: one number for all axes, or one for each; default the pool
     * size.
     */
    public final S strides(int... value) {
        return with("strides", value);
    }

    /** How the window treats the border; default VALID. Cells of the padding never count. */
    public final S padding(Padding value) {
        return with("padding", value);
    }

    private WindowSpec window() {
        return WindowSpec.dense(poolSize)
                .withStrides(strides == null ? poolSize : strides)
                .withPadding(padding);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        return window().outputShape(this, input, input.last());
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Value y = l.temp("pooled", resultShape(x.shape()));
        l.emit(new Pool(x, y, function, window().over(x.shape()).cut(x.shape(), y.shape())));
        return y;
    }
}
