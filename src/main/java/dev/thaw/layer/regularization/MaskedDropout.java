package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Affine;
import dev.thaw.op.Dropout;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/** Dropout with a mask whose extents of 1 are shared along the axis. */
abstract class MaskedDropout<S extends MaskedDropout<S>> extends RandomLayer<S> {
    private static final Range RATE = Range.FRACTION.because("it is the probability of dropping");

    private double rate = .5;
    private DropoutCompensation compensation = DropoutCompensation.INVERTED;

    /** The walk over the rate and the seed. */
    final void dropping(Properties p) {
        rate = p.number("rate", rate, RATE);
        seed(p);
    }

    /** The walk over what is no option of Keras's, which has one compensation alone. */
    final void compensation(Properties p) {
        DropoutCompensation given =
                p.since("thaw")
                        .choiceOrNull(
                                "compensation",
                                DropoutCompensation.class,
                                compensation == DropoutCompensation.INVERTED ? null : compensation);
        compensation = given == null ? compensation : given;
    }

    /** The probability of dropping, in [0, 1]; default 0.5. */
    public final S rate(double value) {
        return with("rate", value);
    }

    /** The mask's shape for an input of this known shape: its extent or 1 per axis. */
    abstract Shape noise(Shape input);

    /** Where the layer makes up for what it drops; default INVERTED, as Keras. */
    public final S compensation(DropoutCompensation value) {
        return with("compensation", value);
    }

    @Override
    protected final Value lower(Lowering l, Value x) {
        boolean inverted = compensation == DropoutCompensation.INVERTED;
        if (rate == 0 || !l.draws() && inverted) {
            return x;
        }
        Value y = l.temp("dropout", x.shape());
        if (l.draws()) {
            l.emit(
                    new Dropout(
                            x,
                            l.randomStep(),
                            y,
                            l.draw(seed()),
                            noise(x.shape()),
                            rate,
                            keptScale(inverted)));
        } else {
            l.emit(new Affine(x, y, 1 - rate, 0));
        }
        return y;
    }

    private double keptScale(boolean inverted) {
        if (!inverted) {
            return 1;
        }
        return rate == 1 ? 0 : 1 / (1 - rate); // at rate 1 nothing is kept, and 1 / 0 makes NaN
    }
}
