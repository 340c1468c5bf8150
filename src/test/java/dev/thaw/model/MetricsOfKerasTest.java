package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Identity;
import dev.thaw.layer.operator.Operators;
import dev.thaw.layer.preprocessing.RandomCrop;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Accuracy;
import dev.thaw.train.metric.MeanLoss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Keras 3.15 reports for the same literal numbers, in corners where it is not what one
 * expects.
 */
class MetricsOfKerasTest {
    /** A few float32 roundings of numbers around 1. */
    private static final double TOLERANCE = 5e-7;

    /** Three exponentials, their sum, the mean of three rows. */
    private static final double SIX_ROUNDINGS = 6 * 0x1p-24;

    private static Map<String, Double> evaluate(
            Symbol x, Symbol y, Compilation how, Tensor in, Tensor target, float[] weights) {
        try (Model model = new Model(x, y).on(Device.cpu())) {
            model.compile(how);
            return model.evaluate(
                    new TensorDataset(List.of(in), List.of(target), Optional.ofNullable(weights)),
                    EvaluateOptions.batchSize(2));
        }
    }

    private static Tensor of(Shape shape, float... values) {
        return Tensor.of(values, shape);
    }

    /** One number for each row: the loss of the batch, and the mean of batches, not of rows. */
    @Test
    void predictionsWithoutALastAxis() {
        Symbol x = Input.of(2);
        Symbol y = Operators.sum(x, false, 1);
        Compilation how =
                Compilation.of(new SGD(.1), Loss.of("mse"), Metric.of("mae"), Metric.of("mse"));
        Tensor in = of(Shape.of(5, 2), .5f, 0, 1.5f, 0, -1, 0, 2, 0, .25f, 0);
        Tensor target = of(Shape.of(5), 0, 1, 1, 2, 0);
        Map<String, Double> all = evaluate(x, y, how, in, target, null);
        assertThat(all.get("loss")).isCloseTo(.9125, within(TOLERANCE));
        assertThat(all.get("mae")).isCloseTo(.58333331, within(TOLERANCE));
        assertThat(all.get("mse")).isCloseTo(.77083331, within(TOLERANCE));
        all = evaluate(x, y, how, in, target, new float[] {1, 2, 0, 3, .5f});
        assertThat(all.get("loss")).isCloseTo(1.35625, within(TOLERANCE));
        assertThat(all.get("mae")).isCloseTo(.58333331, within(TOLERANCE));
    }

    /** Ignored entries count as 0 without weights, and not at all with them. */
    @Test
    void anIgnoredClassInAWeightedMetric() {
        Symbol x = Input.of(3);
        Loss ignoring = new SparseCategoricalCrossentropy(false, 2);
        Compilation how =
                Compilation.of(new SGD(.1), ignoring)
                        .withWeightedMetrics(List.of(List.of(new MeanLoss(ignoring).named("b"))));
        Tensor in = of(Shape.of(4, 3), .7f, .2f, .1f, .1f, .8f, .1f, .3f, .3f, .4f, .2f, .5f, .3f);
        Tensor target = Tensor.of(new int[] {0, 2, 1, 2}, Shape.of(4));
        Symbol y = new Identity().apply(x);
        assertThat(evaluate(x, y, how, in, target, null).get("b"))
                .isCloseTo(.39016193, within(TOLERANCE));
        Map<String, Double> weighted = evaluate(x, y, how, in, target, new float[] {1, 2, 3, .5f});
        assertThat(weighted.get("b")).isCloseTo(.99214834, within(TOLERANCE));
        // weights of 4 together on two entries that count
        assertThat(weighted.get("loss")).isCloseTo(1.98429668, within(2 * TOLERANCE));
    }

    @Test
    void theObjectAccuracyComparesExactly() {
        Symbol x = Input.of(2);
        Symbol y = new Identity().apply(x);
        Compilation how = Compilation.of(new SGD(.1), Loss.of("mse"), new Accuracy());
        Tensor in = of(Shape.of(3, 2), 1, 2, 3, 4.5f, 0, 1);
        Tensor target = of(Shape.of(3, 2), 1, 2, 3, 4, 1, 1);
        assertThat(evaluate(x, y, how, in, target, null).get("accuracy"))
                .isCloseTo(2 / 3.0, within(TOLERANCE));
        Compilation classes =
                Compilation.of(new SGD(.1), new SparseCategoricalCrossentropy(), new Accuracy());
        Tensor labels = Tensor.of(new int[] {0, 1, 1}, Shape.of(3));
        assertThatThrownBy(() -> evaluate(x, y, classes, in, labels, null))
                .hasMessageContaining("Metric.of(\"accuracy\") goes by classes");
    }

    /** Next to 0 as well a loss has all its digits, and never is below. */
    @ParameterizedTest
    @ValueSource(floats = {12, 15, 16, 17, 20, 100})
    void noCrossEntropyIsNegative(float logit) {
        Symbol x = Input.of(3);
        Symbol y = new Identity().apply(x);
        Tensor in = of(Shape.of(3, 3), logit, 0, 0, 0, logit, 0, 0, 0, logit);
        Tensor shares = of(Shape.of(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1);
        Tensor labels = Tensor.of(new int[] {0, 1, 2}, Shape.of(3));
        double exact = Math.log1p(2 * Math.exp(-logit));
        Compilation sparse = Compilation.of(new SGD(.1), new SparseCategoricalCrossentropy(true));
        Compilation dense =
                Compilation.of(
                        new SGD(.1),
                        Loss.of("CategoricalCrossentropy", Map.of("from_logits", true)));
        for (double loss :
                List.of(
                        evaluate(x, y, sparse, in, labels, null).get("loss"),
                        evaluate(x, y, dense, in, shares, null).get("loss"))) {
            assertThat(loss)
                    .isNotNegative()
                    .isCloseTo(exact, within(SIX_ROUNDINGS * exact + Float.MIN_NORMAL));
        }
    }

    /** Keras takes what there is of the part, and resizes that. */
    @Test
    void randomCropOfPicturesThatAreSmaller() {
        float[] pixels = new float[18];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i;
        }
        Tensor x = Tensor.of(pixels, Shape.of(1, 3, 6, 1));
        assertThat(cropped(x, 4, 4))
                .containsExactly(
                        1f, 2f, 3f, 4f, 4.75f, 5.75f, 6.75f, 7.75f, 9.25f, 10.25f, 11.25f, 12.25f,
                        13f, 14f, 15f, 16f);
        assertThat(cropped(x, 2, 8))
                .containsExactly(
                        6f, 6.625f, 7.375f, 8.125f, 8.875f, 9.625f, 10.375f, 11f, 12f, 12.625f,
                        13.375f, 14.125f, 14.875f, 15.625f, 16.375f, 17f);
        assertThat(cropped(x, 3, 6)).containsExactly(pixels);
    }

    private static float[] cropped(Tensor x, int height, int width) {
        Symbol in = Input.of(3, 6, 1);
        try (Model model =
                new Model(in, new RandomCrop(height, width).apply(in)).on(Device.cpu())) {
            return model.call(x, Mode.TRAINING).floats();
        }
    }
}
