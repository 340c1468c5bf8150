package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Optional;

/**
 * Changes images at random in training, each image of a batch in its own way, and leaves them alone
 * in inference and in Monte-Carlo mode. A direct call that is given no mode is training for this
 * layer, as in Keras. What is drawn is a function of the seed, the step, the call and the image's
 * number.
 *
 * @param <S> the layer itself
 */
public abstract class RandomImageLayer<S extends RandomImageLayer<S>> extends SpatialLayer<S> {
    private final long automatic = RandomSeed.next();
    private Long seed;

    /** A layer over images. */
    protected RandomImageLayer() {
        super(2);
    }

    /** Changes the images. x: [N, H, W, C]. */
    protected abstract Value augment(Lowering l, Value x);

    /** The walk over the seed, for the place where Keras's class has it. */
    protected final void seed(Properties p) {
        seed = p.longOrNull("seed", seed);
    }

    /**
     * Which random numbers to draw; default: what {@link RandomSeed} gave when the layer was made.
     */
    public final S seed(long value) {
        return with("seed", value);
    }

    @Override
    public final Optional<Mode> defaultMode() {
        return Optional.of(Mode.TRAINING);
    }

    @Override
    protected Shape resultShape(Shape input) {
        return input;
    }

    /** What becomes of the images in inference; default nothing. */
    protected Value rest(Lowering l, Value x) {
        return x;
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        return l.mode() == Mode.TRAINING ? augment(l, x) : rest(l, x);
    }

    /** Random numbers in [0, 1): [rows, columns]. */
    final Value uniform(Lowering l, int rows, int columns) {
        Value u = l.temp("uniform", Shape.of(rows, columns));
        l.emit(new Uniform(l.randomStep(), u, l.draw(seed == null ? automatic : seed)));
        return u;
    }

    /** One column of random numbers, in a range: [rows, 1]. */
    final Value within(Lowering l, Value uniform, int column, Bounds range) {
        Value u = l.formula().slice(uniform, 1, column, column + 1);
        return l.formula().affine(u, range.upper() - range.lower(), range.lower());
    }
}
