package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The axes of a sample in another order: axis i of y is axis dims[i - 1] of x; the batch stays. */
public final class Permute extends UnaryLayer<Permute> {
    private List<Integer> dims = List.of();

    /** A layer whose order is still to be given. */
    public Permute() {}

    /** This order of the axes, which are counted from 1: {@code (2, 1)} transposes matrices. */
    public Permute(int... dims) {
        dims(dims);
    }

    @Override
    protected void properties(Properties p) {
        dims = p.integers("dims", dims);
        List<Integer> ascending = dims.stream().sorted().toList();
        if (!ascending.equals(IntStream.rangeClosed(1, dims.size()).boxed().toList())) {
            throw refuse("dims must be each of 1, 2, .. once, got " + dims);
        }
    }

    /** The order of the axes, which are counted from 1; it must be given, there is no default. */
    public Permute dims(int... value) {
        return with("dims", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != dims.size() + 1) {
            throw refuse(
                    "input must have a batch axis and the %s of dims, got %s"
                            .formatted(dims.size(), input));
        }
        return input.pick(order());
    }

    private List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        order.add(0);
        order.addAll(dims);
        return order;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return l.formula().transpose(x, order());
    }
}
