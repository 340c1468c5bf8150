package dev.thaw.op;

/**
 * y = f(x), element by element. x, y: any shape, the same.
 *
 * @param x argument
 * @param y result
 * @param fn the function
 */
public record Unary(Value x, @Out Value y, Fn fn) implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new UnaryGrad(x, y, g.of(y), g.sink(x), fn));
    }
}
