package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.graph.Explanation;
import dev.thaw.graph.Explanation.Entry;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** The two tutorials that confuse everybody: what their layers do, before and after thawing. */
class TransferTest {
    private static final ApplicationOptions BASE = ApplicationOptions.DEFAULT.withIncludeTop(false);

    private static List<Layer> normalizations(List<Layer> layers) {
        return layers.stream().filter(BatchNormalization.class::isInstance).toList();
    }

    private static List<Entry> normalizations(Explanation explanation) {
        return explanation.flatten().stream()
                .filter(e -> e.type().equals("BatchNormalization"))
                .toList();
    }

    private static List<Tensor> statistics(Layer layer) {
        return List.of(
                layer.variable("moving_mean").value().copy(),
                layer.variable("moving_variance").value().copy());
    }

    @Test
    void withoutATrainingArgumentThawedLayersMoveTheirStatistics() {
        Model base = Application.MOBILENET_V2.create(BASE.withInputShape(32, 32, 3).withAlpha(.1));
        try (Model model =
                new Sequential(
                        Input.of(32, 32, 3),
                        base,
                        new GlobalAveragePooling2D(),
                        new Dense(1, ActivationFunction.SIGMOID))) {
            base.freeze();
            assertThat(normalizations(model.explain(Mode.TRAINING)))
                    .hasSize(52)
                    .allMatch(e -> e.mode() == Mode.INFERENCE && e.statisticsMove().isEmpty());

            base.thaw();
            base.layers().subList(0, 100).forEach(l -> l.setTrainable(false));
            List<Layer> above = normalizations(base.layers().subList(100, base.layers().size()));
            assertThat(normalizations(model.explain(Mode.TRAINING)))
                    .filteredOn(e -> e.mode() == Mode.TRAINING && e.statisticsMove().size() == 2)
                    .extracting(Entry::path)
                    .containsExactlyElementsOf(
                            above.stream().map(l -> base.name() + "/" + l.name()).toList());
            assertOnlyTheseMove(model, base, above);
        }
    }

    private static void assertOnlyTheseMove(Model model, Model base, List<Layer> moving) {
        List<Layer> all = normalizations(base.layers());
        List<List<Tensor>> before = all.stream().map(TransferTest::statistics).toList();
        model.compile(new SGD(1e-3), new BinaryCrossentropy());
        model.trainOnBatch(noise(8), Tensor.of(new float[] {0, 1, 0, 1, 0, 1, 0, 1}, 8, 1));
        for (int i = 0; i < all.size(); i++) {
            List<Tensor> after = statistics(all.get(i));
            boolean moves = moving.contains(all.get(i));
            for (int k = 0; k < after.size(); k++) {
                assertThat(after.get(k).bitEquals(before.get(i).get(k)))
                        .as(all.get(i).name())
                        .isEqualTo(!moves);
            }
        }
    }

    private static Tensor noise(int images) {
        Random random = new Random(1);
        float[] pixels = new float[images * 32 * 32 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return Tensor.of(pixels, images, 32, 32, 3);
    }

    @Test
    void withTrainingFalseThawedLayersLearnAndKeepTheirStatistics() {
        Model base = Application.XCEPTION.create(BASE.withInputShape(71, 71, 3));
        Symbol image = Input.of(71, 71, 3);
        Symbol y = new GlobalAveragePooling2D().apply(base.apply(image, Mode.INFERENCE));
        y = new Dense(1).apply(new Dropout(.2).named("drop").apply(y));
        try (Model model = new Model(image, y)) {
            base.freeze();
            Explanation frozen = model.explain(Mode.TRAINING);
            assertThat(normalizations(frozen)).hasSize(40).allMatch(TransferTest::inferring);
            assertThat(normalizations(frozen)).allMatch(e -> e.gradientsChange().isEmpty());
            base.thaw();
            Explanation thawed = model.explain(Mode.TRAINING);
            assertThat(normalizations(thawed)).hasSize(40).allMatch(TransferTest::inferring);
            assertThat(normalizations(thawed))
                    .allMatch(e -> e.gradientsChange().equals(List.of("gamma", "beta")));
            // what is baked in covers the base, and nothing after it
            assertThat(thawed.at("drop").random()).isNotEmpty();
        }
    }

    private static boolean inferring(Entry e) {
        return e.mode() == Mode.INFERENCE && e.statisticsMove().isEmpty();
    }
}
