package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.regularization.AlphaDropout;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.regularization.DropoutCompensation;
import dev.thaw.layer.regularization.GaussianDropout;
import dev.thaw.layer.regularization.GaussianNoise;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

/**
 * What random layers do on the average, over a million draws on the CPU. Seeds are fixed, so a
 * bound of 3 standard errors either holds always or never.
 */
final class RandomLayerStatisticsTest {
    private static final int ROWS = 1000;
    private static final int WIDTH = 1000;
    private static final int DRAWS = ROWS * WIDTH;
    private static final double STANDARD_ERRORS = 3;

    /** How far a mean of so many draws of this standard deviation may lie from its expectation. */
    private static double meanBound(double standardDeviation) {
        return STANDARD_ERRORS * standardDeviation / Math.sqrt(DRAWS);
    }

    /**
     * The same for a variance: its own variance is (m4 - variance^2) / draws, m4 being the fourth
     * central moment. The square of the mean's error comes on top, and is all there is where two
     * values are equally probable.
     */
    private static double varianceBound(double m4, double variance) {
        double spread = Math.max(0, m4 - variance * variance);
        double meanError = meanBound(Math.sqrt(variance));
        return STANDARD_ERRORS * Math.sqrt(spread / DRAWS) + meanError * meanError;
    }

    /** For normal numbers, whose m4 is 3 variance^2. */
    private static double normalVarianceBound(double variance) {
        return varianceBound(3 * variance * variance, variance);
    }

    private static float[] run(Layer layer, Tensor x, Mode mode) {
        Symbol in = Input.of(WIDTH);
        try (Model model = new Model(in, layer.apply(in)).on(Device.cpu())) {
            return model.call(x, mode).floats();
        }
    }

    private static double mean(float[] y) {
        double sum = 0;
        for (float v : y) {
            sum += v;
        }
        return sum / y.length;
    }

    private static double variance(float[] y) {
        double mean = mean(y);
        double sum = 0;
        for (float v : y) {
            sum += (v - mean) * (v - mean);
        }
        return sum / (y.length - 1);
    }

    private static Tensor constant(double value) {
        return Tensor.full(Shape.of(ROWS, WIDTH), (float) value);
    }

    private static Tensor normal() {
        Random random = new Random(1);
        Tensor t = constant(0);
        for (int i = 0; i < DRAWS; i++) {
            t.floats()[i] = (float) random.nextGaussian();
        }
        return t;
    }

    private static Dropout dropout(double rate, DropoutCompensation compensation) {
        return new Dropout(rate).compensation(compensation).seed(5);
    }

    /**
     * Both ways to make up for what is dropped keep the expectation: the mean activation while
     * drawing is that of inference. A kept element is scale x, so that the difference of one draw
     * has the variance (scale x)^2 rate (1 - rate).
     */
    @ParameterizedTest
    @CsvSource({
        "0.1, INVERTED",
        "0.5, INVERTED",
        "0.8, INVERTED",
        "0.1, AT_INFERENCE",
        "0.5, AT_INFERENCE",
        "0.8, AT_INFERENCE"
    })
    void dropoutKeepsTheExpectedActivation(double rate, DropoutCompensation compensation) {
        Tensor x = normal();
        for (int i = 0; i < DRAWS; i++) {
            x.floats()[i] += 2; // a mean that a wrong scale would show
        }
        float[] drawn = run(dropout(rate, compensation), x, Mode.TRAINING);
        float[] rested = run(dropout(rate, compensation), x, Mode.INFERENCE);
        double scale = compensation == DropoutCompensation.INVERTED ? 1 / (1 - rate) : 1;
        double squares = 0;
        for (float v : x.floats()) {
            squares += (double) v * v;
        }
        double deviation = scale * Math.sqrt(squares / DRAWS * rate * (1 - rate));
        assertThat(mean(drawn)).isCloseTo(mean(rested), within(meanBound(deviation)));
    }

    /**
     * Whatever comes behind sees the same in both, up to the factor 1 - rate of all activations.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .8})
    void bothCompensationsHaveTheSameExpectation(double rate) {
        Tensor x = constant(1);
        float[] inverted = run(dropout(rate, DropoutCompensation.INVERTED), x, Mode.TRAINING);
        float[] plain = run(dropout(rate, DropoutCompensation.AT_INFERENCE), x, Mode.TRAINING);
        double deviation = Math.sqrt(rate / (1 - rate));
        assertThat(mean(inverted)).isCloseTo(1, within(meanBound(deviation)));
        assertThat(mean(plain) / (1 - rate)).isCloseTo(1, within(meanBound(deviation)));
        assertThat(run(dropout(rate, DropoutCompensation.AT_INFERENCE), x, Mode.INFERENCE)[0])
                .isEqualTo((float) (1 - rate));
        // values 0 and 1 / (1 - rate): the fourth central moment of a scaled Bernoulli number
        double variance = rate / (1 - rate);
        double m4 = variance * (1 - 3 * rate * (1 - rate)) / ((1 - rate) * (1 - rate));
        assertThat(variance(inverted)).isCloseTo(variance, within(varianceBound(m4, variance)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .8})
    void gaussianDropoutHasTheVarianceOfDropout(double rate) {
        double x = 2;
        float[] y = run(new GaussianDropout(rate).seed(6), constant(x), Mode.TRAINING);
        double variance = x * x * rate / (1 - rate);
        assertThat(mean(y)).isCloseTo(x, within(meanBound(Math.sqrt(variance))));
        assertThat(variance(y)).isCloseTo(variance, within(normalVarianceBound(variance)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, 1, 3})
    void gaussianNoiseHasItsStandardDeviation(double stddev) {
        double x = -1;
        float[] y = run(new GaussianNoise(stddev).seed(7), constant(x), Mode.TRAINING);
        double variance = stddev * stddev;
        assertThat(mean(y)).isCloseTo(x, within(meanBound(stddev)));
        assertThat(variance(y)).isCloseTo(variance, within(normalVarianceBound(variance)));
    }

    /**
     * Standard normal numbers keep mean 0 and variance 1. An output is a x + b with probability 1 -
     * rate, else a s + b, s = -1.7580993 being where selu saturates.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .8})
    void alphaDropoutKeepsMeanAndVariance(double rate) {
        float[] y = run(new AlphaDropout(rate).seed(8), normal(), Mode.TRAINING);
        double s = -1.7580993408473766;
        double a = 1 / Math.sqrt((1 - rate) * (1 + rate * s * s));
        double b = -a * s * rate;
        double kept = 3 * Math.pow(a, 4) + 6 * a * a * b * b + Math.pow(b, 4);
        double m4 = (1 - rate) * kept + rate * Math.pow(a * s + b, 4);
        assertThat(mean(y)).isCloseTo(0, within(meanBound(1)));
        assertThat(variance(y)).isCloseTo(1, within(varianceBound(m4, 1)));
    }
}
