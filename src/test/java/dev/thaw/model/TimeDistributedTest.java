package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.data.Dataset;
import dev.thaw.graph.Explanation;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

/** A layer at every step; its numbers are compared with Keras elsewhere. */
final class TimeDistributedTest {
    private static Model of(Layer inner) {
        Symbol x = Input.of(3, 4);
        return new Model(x, new TimeDistributed(inner).named("each").apply(x));
    }

    @Test
    void theInnerLayersWeightsAndFlagBelongToTheOuterOne() {
        Dense inner = new Dense(2);
        try (Model model = of(inner)) {
            assertThat(model.weights())
                    .extracting(w -> w.spec().name())
                    .containsExactly("kernel", "bias");
            assertThat(model.output().shape()).isEqualTo(Shape.of(Shape.NONE, 3, 2));
            model.layer("each").setTrainable(false);
            assertThat(inner.trainable()).isFalse();
            assertThat(model.trainableWeights()).isEmpty();
        }
    }

    @Test
    void everyStepDropsAnew() {
        Tensor ones = Tensor.full(Shape.of(2, 3, 4), 1);
        try (Model running = of(new Dropout(.5).seed(3)).on(new ReferenceBackend())) {
            float[] y =
                    running.predict(
                                    Dataset.of(List.of(ones)),
                                    PredictOptions.batchSize(2).withMode(Mode.MONTE_CARLO))
                            .get(0)
                            .floats();
            assertThat(java.util.Arrays.copyOfRange(y, 0, 4))
                    .isNotEqualTo(java.util.Arrays.copyOfRange(y, 4, 8));
        }
    }

    @Test
    void normalizationInsideRunsOncePerStepInTrainingAndOnceElsewhere() {
        try (Model model = of(new BatchNormalization())) {
            assertThat(inside(model, Mode.TRAINING)).hasSize(3);
            assertThat(inside(model, Mode.INFERENCE)).hasSize(1);
            model.freeze();
            assertThat(inside(model, Mode.TRAINING)).hasSize(1);
        }
    }

    private static List<Explanation.Entry> inside(Model model, Mode mode) {
        return model.explain(mode).at("each").inner();
    }

    @Test
    void anInputWithoutTimeIsRefused() {
        assertThatThrownBy(() -> new TimeDistributed(new Dense(2)).apply(Input.of(4)))
                .hasMessageContaining("at least (batch, time, features), got (None, 4)");
    }
}
