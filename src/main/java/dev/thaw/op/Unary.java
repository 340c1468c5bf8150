package dev.thaw.op;

import java.util.List;

/**
 * y = f(x), element by element. x, y: any shape, the same.
 *
 * @param x argument
 * @param y result
 * @param fn the function
 */
public record Unary(Value x, @Out Value y, Fn fn) implements Op {
    /** A slope of 0 passes nothing back, so that no optimizer takes it for news. */
    @Override
    public List<Value> differentiable() {
        return fn.isFlat() ? List.of() : inputs();
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new UnaryGrad(x, y, g.of(y), g.sink(x), fn));
    }
}
