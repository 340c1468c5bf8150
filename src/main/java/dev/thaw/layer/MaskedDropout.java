package dev.thaw.layer;

import dev.thaw.op.Affine;
import dev.thaw.op.Dropout;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Objects;

/** Dropout with a mask whose extents of 1 are shared along the axis. */
abstract class MaskedDropout<S extends MaskedDropout<S>> extends RandomLayer<S> {
    private final double rate;
    private DropoutCompensation compensation = DropoutCompensation.INVERTED;

    MaskedDropout(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw refuse("rate must be in [0, 1] (it is the probability of dropping), got " + rate);
        }
        this.rate = rate;
    }

    /** The mask's shape for an input of this known shape: its extent or 1 per axis. */
    abstract Shape noise(Shape input);

    /** Where the layer makes up for what it drops; default INVERTED, as Keras. */
    public final S compensation(DropoutCompensation value) {
        refuseIfBuilt("compensation");
        compensation = Objects.requireNonNull(value, "compensation");
        return self();
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("rate", rate);
        super.configure(config);
        if (compensation != DropoutCompensation.INVERTED) {
            config.put(
                    "compensation", compensation); // not a key of Keras, which has only the other
        }
    }
}
