package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.layer.regularization.AlphaDropout;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.regularization.DropoutCompensation;
import dev.thaw.layer.regularization.GaussianDropout;
import dev.thaw.layer.regularization.GaussianNoise;
import dev.thaw.layer.regularization.SpatialDropout1D;
import dev.thaw.layer.regularization.SpatialDropout2D;
import dev.thaw.op.Affine;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.function.DoubleFunction;

class DropoutLayersTest {
    private static final Shape ROWS = Shape.of(4, 6);

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"TRAINING", "MONTE_CARLO"})
    void drawsInTrainingAndMonteCarloModeAlsoWhenFrozen(Mode mode) {
        Dropout layer = new Dropout(.2).seed(11);
        layer.setTrainable(false);
        var op = RecordingLowering.lower(layer, mode, ROWS).only(dev.thaw.op.Dropout.class);
        assertThat(op.rate()).isEqualTo(.2);
        assertThat(op.scale()).isEqualTo(1.25);
        assertThat(op.noise()).isEqualTo(ROWS);
        assertThat(op.draw().seed()).isEqualTo(11);
    }

    @Test
    void restsInInference() {
        for (Layer layer :
                List.of(
                        new Dropout(.2),
                        new AlphaDropout(.2),
                        new GaussianDropout(.2),
                        new GaussianNoise(.2))) {
            assertThat(RecordingLowering.lower(layer, Mode.INFERENCE, ROWS).isIdentity()).isTrue();
        }
    }

    @Test
    void rateZeroIsTheIdentityInEveryMode() {
        for (Mode mode : Mode.values()) {
            for (Layer layer :
                    List.of(
                            new Dropout(0),
                            new Dropout(0).compensation(DropoutCompensation.AT_INFERENCE),
                            new AlphaDropout(0),
                            new GaussianDropout(0),
                            new GaussianNoise(0))) {
                assertThat(RecordingLowering.lower(layer, mode, ROWS).isIdentity()).isTrue();
            }
        }
    }

    @Test
    void rateOneScalesByZeroAndNotByInfinity() {
        var op =
                RecordingLowering.lower(new Dropout(1), Mode.TRAINING, ROWS)
                        .only(dev.thaw.op.Dropout.class);
        assertThat(op.scale()).isZero();
    }

    @Test
    void compensationAtInferenceMovesTheFactor() {
        Dropout layer = new Dropout(.25).compensation(DropoutCompensation.AT_INFERENCE);
        var drawn =
                RecordingLowering.lower(layer, Mode.TRAINING, ROWS).only(dev.thaw.op.Dropout.class);
        assertThat(drawn.scale()).isEqualTo(1);
        var rested = RecordingLowering.lower(layer, Mode.INFERENCE, ROWS).only(Affine.class);
        assertThat(rested.scale()).isEqualTo(.75);
        assertThat(rested.shift()).isZero();
    }

    @Test
    void masksAreSharedAlongTheAxesOfExtentOne() {
        Shape images = Shape.of(4, 5, 6, 3);
        assertThat(noise(new SpatialDropout2D(.5), images)).isEqualTo(Shape.of(4, 1, 1, 3));
        assertThat(noise(new SpatialDropout1D(.5), Shape.of(4, 5, 3))).isEqualTo(Shape.of(4, 1, 3));
        Shape perSample = Shape.of(Shape.NONE, 1, 1, 1);
        assertThat(noise(new Dropout(.5).noiseShape(perSample), images))
                .isEqualTo(Shape.of(4, 1, 1, 1));
        var alpha =
                RecordingLowering.lower(
                                new AlphaDropout(.5).noiseShape(perSample), Mode.TRAINING, images)
                        .only(dev.thaw.op.AlphaDropout.class);
        assertThat(alpha.noise()).isEqualTo(Shape.of(4, 1, 1, 1));
    }

    private static Shape noise(Layer layer, Shape input) {
        return RecordingLowering.lower(layer, Mode.TRAINING, input)
                .only(dev.thaw.op.Dropout.class)
                .noise();
    }

    /** E y = 0 and E y^2 = 1 for x of mean 0 and variance 1, from the op's own numbers. */
    @ParameterizedTest
    @ValueSource(doubles = {.05, .3, .9})
    void alphaDropoutKeepsMeanAndVariance(double rate) {
        var op =
                RecordingLowering.lower(new AlphaDropout(rate), Mode.TRAINING, ROWS)
                        .only(dev.thaw.op.AlphaDropout.class);
        double dropped = op.a() * op.dropped() + op.b();
        double mean = (1 - rate) * op.b() + rate * dropped;
        double square = (1 - rate) * (op.a() * op.a() + op.b() * op.b()) + rate * dropped * dropped;
        double roundings = 1e-14; // a dozen double operations on numbers below 10
        assertThat(op.dropped()).isCloseTo(-1.7580993, within(5e-8));
        assertThat(mean).isCloseTo(0, within(roundings));
        assertThat(square).isCloseTo(1, within(roundings));
    }

    @Test
    void gaussianDropoutHasTheDeviationOfDropout() {
        var op =
                RecordingLowering.lower(new GaussianDropout(.2), Mode.TRAINING, ROWS)
                        .only(dev.thaw.op.GaussianDropout.class);
        assertThat(op.stddev()).isEqualTo(.5);
        var noise =
                RecordingLowering.lower(new GaussianNoise(.3), Mode.MONTE_CARLO, ROWS)
                        .only(dev.thaw.op.GaussianNoise.class);
        assertThat(noise.stddev()).isEqualTo(.3);
    }

    @Test
    void ratesOutsideTheirRangeAreRefusedAtConstruction() {
        refused(Dropout::new, "rate must be in [0, 1]", -.1, 1.1, Double.NaN);
        refused(SpatialDropout1D::new, "rate must be in [0, 1]", -.1, 1.1, Double.NaN);
        refused(SpatialDropout2D::new, "rate must be in [0, 1]", -.1, 1.1, Double.NaN);
        refused(AlphaDropout::new, "rate must be in [0, 1)", -.1, 1, Double.NaN);
        refused(
                GaussianDropout::new,
                "rate must be in [0, 1) (the standard deviation sqrt(rate / (1 - rate)) is infinite",
                -.1,
                1,
                Double.NaN);
        refused(
                GaussianNoise::new,
                "stddev must be finite and at least 0",
                -.1,
                Double.POSITIVE_INFINITY,
                Double.NaN);
    }

    private static void refused(DoubleFunction<Layer> make, String words, double... values) {
        for (double v : values) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> make.apply(v))
                    .withMessageContaining(words)
                    .withMessageEndingWith("got " + v);
        }
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new SpatialDropout2D(.5)
                                        .outputShapes(List.of(Shape.of(4, 5, 3)))
                                        .get(0))
                .withMessageContaining(
                        "input must have a batch, channels and 2 spatial axes, got (4, 5, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new Dropout(.5)
                                        .noiseShape(Shape.of(4, 3))
                                        .outputShapes(List.of(ROWS))
                                        .get(0))
                .withMessageContaining("the input is (4, 6), got (4, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new Dropout(.5)
                                        .noiseShape(Shape.of(1))
                                        .outputShapes(List.of(ROWS))
                                        .get(0));
    }

    @Test
    void seedsComeFromRandomSeedUnlessGiven() {
        RandomSeed.set(3);
        long first = seed(new Dropout(.5));
        RandomSeed.set(3);
        assertThat(seed(new Dropout(.5))).isEqualTo(first);
        assertThat(seed(new Dropout(.5))).isNotEqualTo(first);
        assertThat(new Dropout(.5).config()).containsEntry("seed", null).containsEntry("rate", .5);
        assertThat(new Dropout(.5).seed(9).config()).containsEntry("seed", 9L);
    }

    private static long seed(Layer layer) {
        return RecordingLowering.lower(layer, Mode.TRAINING, ROWS)
                .only(dev.thaw.op.Dropout.class)
                .draw()
                .seed();
    }
}
