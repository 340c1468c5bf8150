package dev.thaw.op;

/**
 * y = scale x + shift, element by element.
 *
 * @param x argument
 * @param y result
 * @param scale factor, rounded to float32
 * @param shift summand, rounded to float32
 */
public record Affine(Value x, @Out Value y, double scale, double shift) implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new Affine(g.of(y), g.sink(x), scale, 0));
    }
}
