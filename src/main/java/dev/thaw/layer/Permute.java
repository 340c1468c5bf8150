package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The axes of a sample in another order: axis i of y is axis dims[i - 1] of x; the batch stays. */
public final class Permute extends UnaryLayer {
    private final List<Integer> dims;

    /** This order of the axes, which are counted from 1: {@code (2, 1)} transposes matrices. */
    public Permute(int... dims) {
        this.dims = IntStream.of(dims).boxed().toList();
        if (dims.length == 0
                || !this.dims.stream()
                        .sorted()
                        .toList()
                        .equals(IntStream.rangeClosed(1, dims.length).boxed().toList())) {
            throw refuse("dims must be each of 1, 2, .. once, got " + this.dims);
        }
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != dims.size() + 1) {
            throw refuse(
                    "input must have a batch axis and the "
                            + dims.size()
                            + " of dims, got "
                            + input);
        }
        return Shape.of(order().stream().map(input::dim).toList());
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("dims", dims);
    }
}
