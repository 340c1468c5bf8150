package dev.thaw.op;

import java.util.List;

/**
 * y[r] = table[index[r]]. An index is cut to a whole number; below 0 it counts from the end; where
 * it names no row, y is NaN, which a loss that is not finite tells of.
 *
 * @param table rows to choose from: [V, D]
 * @param index which row: FLOAT32, INT32 or INT64 [R]
 * @param y result: [R, D]
 */
public record Gather(Value table, Value index, @Out Value y) implements Op {
    @Override
    public List<Value> differentiable() {
        return List.of(table);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new GatherGrad(index, g.of(y), g.sink(table)));
    }

    /** The row that an index means; -1 for none. */
    public static int row(double index, int rows) {
        double whole = index < 0 ? Math.ceil(index) : Math.floor(index);
        double row = whole < 0 ? whole + rows : whole;
        return row >= 0 && row < rows ? (int) row : -1;
    }
}
