package dev.thaw.op;

/**
 * y = e^(x - max) / sum(e^(x - max)) over the last axis. x, y: [.., K].
 *
 * @param x argument
 * @param y result
 */
public record Softmax(Value x, @Out Value y) implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new SoftmaxGrad(y, g.of(y), g.sink(x)));
    }
}
