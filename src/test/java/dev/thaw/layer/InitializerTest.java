package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Statistics of n samples may lie SIGMAS standard errors off: with independent samples that happens
 * once in 1.7 million, and the seeds are fixed.
 */
class InitializerTest {
    private static final double SIGMAS = 5;
    private static final Shape MATRIX = Shape.of(300, 500);
    private static final Shape FILTER = Shape.of(3, 5, 64, 128);

    private static double limitOfGlorot(double in, double out) {
        return Math.sqrt(6 / (in + out));
    }

    @Test
    void uniformStaysWithinItsLimitAndHasItsMoments() {
        checkUniform(Initializer.glorotUniform(), MATRIX, limitOfGlorot(300, 500));
        checkUniform(Initializer.glorotUniform(), FILTER, limitOfGlorot(15 * 64, 15 * 128));
        checkUniform(Initializer.heUniform(), FILTER, Math.sqrt(6.0 / (15 * 64)));
        checkUniform(Initializer.lecunUniform(), MATRIX, Math.sqrt(3.0 / 300));
        checkUniform(Initializer.randomUniform(-.05, .05), MATRIX, .05);
    }

    private static void checkUniform(Initializer initializer, Shape shape, double limit) {
        float[] w = initializer.initial(shape, 17).floats();
        double n = w.length;
        double furthest = 0;
        for (float v : w) {
            furthest = Math.max(furthest, Math.abs(v));
        }
        // none of n lies beyond 1 - 20/n of the limit with probability (1 - 20/n)^n = e^-20
        assertThat(furthest).isBetween(limit * (1 - 20 / n), (double) (float) limit);
        // variance of x: limit^2 / 3; variance of x^2: limit^4 (1/5 - 1/9)
        assertThat(mean(w)).isCloseTo(0, within(SIGMAS * limit / Math.sqrt(3 * n)));
        assertThat(meanSquare(w))
                .isCloseTo(
                        limit * limit / 3,
                        within(SIGMAS * limit * limit * Math.sqrt((1 / 5. - 1 / 9.) / n)));
    }

    @Test
    void normalIsTruncatedAtTwoDeviationsOfTheNormalBelowIt() {
        checkTruncated(Initializer.glorotNormal(), MATRIX, 2.0 / 800);
        checkTruncated(Initializer.heNormal(), FILTER, 2.0 / (15 * 64));
        checkTruncated(Initializer.lecunNormal(), FILTER, 1.0 / (15 * 64));
    }

    private static void checkTruncated(Initializer initializer, Shape shape, double variance) {
        float[] w = initializer.initial(shape, 18).floats();
        double bound = 2 * Math.sqrt(variance) / .87962566103423978;
        for (float v : w) {
            assertThat((double) Math.abs(v)).isLessThanOrEqualTo(bound * (1 + 1e-7));
        }
        // the tails are lighter than a normal's, so the variance of x^2 is below 2 variance^2
        assertThat(mean(w)).isCloseTo(0, within(SIGMAS * Math.sqrt(variance / w.length)));
        assertThat(meanSquare(w))
                .isCloseTo(variance, within(SIGMAS * variance * Math.sqrt(2.0 / w.length)));
    }

    @Test
    void plainNormalHasItsMomentsAndTails() {
        float[] w = Initializer.randomNormal(1, .05).initial(MATRIX, 19).floats();
        double beyond = 0;
        for (int i = 0; i < w.length; i++) {
            w[i] = (w[i] - 1) / .05f;
            beyond += Math.abs(w[i]) > 2 ? 1 : 0;
        }
        double n = w.length;
        assertThat(mean(w)).isCloseTo(0, within(SIGMAS / Math.sqrt(n)));
        assertThat(meanSquare(w)).isCloseTo(1, within(SIGMAS * Math.sqrt(2 / n)));
        double p = .04550026389635842; // of a standard normal beyond 2
        assertThat(beyond / n).isCloseTo(p, within(SIGMAS * Math.sqrt(p * (1 - p) / n)));
    }

    /** Fans as Keras counts them; the limit of {@code lecunUniform} shows fan in. */
    @ParameterizedTest
    @CsvSource({"'48', 48", "'48,7', 48", "'3,3,8,4', 72", "'3,8,4', 24", "'2,2,3,5,7', 60"})
    void fanInIsThatOfKeras(String extents, double fanIn) {
        int[] dims =
                java.util.Arrays.stream(extents.split(",")).mapToInt(Integer::parseInt).toArray();
        float[] w = Initializer.lecunUniform().initial(Shape.of(dims), 3).floats();
        double limit = Math.sqrt(3 / fanIn);
        double furthest = 0;
        for (float v : w) {
            furthest = Math.max(furthest, Math.abs(v));
        }
        // e^-20, as above; for few values this says little, so the upper bound matters most
        assertThat(furthest)
                .isBetween(limit * Math.max(0, 1 - 20.0 / w.length), (double) (float) limit);
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        for (Initializer i :
                new Initializer[] {Initializer.glorotUniform(), Initializer.heNormal()}) {
            Tensor first = i.initial(FILTER, 5);
            assertThat(first.bitEquals(i.initial(FILTER, 5))).isTrue();
            assertThat(first.bitEquals(i.initial(FILTER, 6))).isFalse();
        }
    }

    @Test
    void aFixedSeedMakesEveryLayerTheSameAgain() {
        RandomSeed.set(7);
        Tensor first = kernelOfANewLayer();
        Tensor second = kernelOfANewLayer();
        RandomSeed.set(7);
        assertThat(kernelOfANewLayer().bitEquals(first)).isTrue();
        assertThat(kernelOfANewLayer().bitEquals(second)).isTrue();
        assertThat(first.bitEquals(second)).isFalse();
    }

    private static Tensor kernelOfANewLayer() {
        Conv2D layer = new Conv2D(4, 3);
        layer.build(java.util.List.of(Shape.of(Shape.NONE, 8, 8, 3)));
        return layer.variable("kernel").value();
    }

    @Test
    void constantsAreConstant() {
        assertThat(Initializer.zeros().initial(Shape.of(3), 1).floats()).containsOnly(0);
        assertThat(Initializer.ones().initial(Shape.of(3), 1).floats()).containsOnly(1);
        assertThat(Initializer.constant(.5).initial(Shape.of(3), 1).floats()).containsOnly(.5f);
    }

    private static double mean(float[] w) {
        double sum = 0;
        for (float v : w) {
            sum += v;
        }
        return sum / w.length;
    }

    private static double meanSquare(float[] w) {
        double sum = 0;
        for (float v : w) {
            sum += (double) v * v;
        }
        return sum / w.length;
    }
}
