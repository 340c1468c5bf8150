package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Device;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/**
 * The upper half of a net is a model like any other: as in Keras it begins with inputs of its own.
 */
class CutModelTest {
    private final Symbol x = Input.of(3);
    private final Symbol hidden = new Dense(4).named("hidden").apply(x);
    private final Symbol skip = new Dense(5).named("skip").apply(hidden);
    private final Layer bn = new BatchNormalization().named("bn");
    private final Symbol normal = bn.apply(List.of(skip), Mode.INFERENCE);
    private final Symbol y =
            new Dense(2).named("head").apply(new Add().named("add").apply(normal, skip));
    private final Model whole = new Model(x, y).on(Device.cpu());
    private final Tensor rows =
            Tensor.of(new float[] {.1f, -.2f, .3f, .5f, .7f, -.9f}, Shape.of(2, 3));

    @Test
    void isWhatLiesBehindTheCut() {
        Model upper = new Model(hidden, y);
        assertThat(upper.layers().stream().map(Layer::name))
                .containsExactly("hidden_input", "skip", "bn", "add", "head");
        assertThat(upper.weights())
                .hasSize(2 + 4 + 2)
                .doesNotContainAnyElementsOf(hidden().weights());
        assertThat(upper.explain(Mode.TRAINING).toString())
                .contains("bn")
                .doesNotContain("hidden ");
    }

    private Layer hidden() {
        return whole.layer("hidden");
    }

    @Test
    void bothHalvesTogetherAreTheWhole() {
        try (Model lower = new Model(x, hidden).on(Device.cpu());
                Model upper = new Model(hidden, y).on(Device.cpu())) {
            Tensor halves = upper.predict(lower.predict(rows));
            assertThat(halves.bitEquals(whole.predict(rows))).isTrue();
        }
    }

    @Test
    void isTrainedSavedAndNested(@TempDir Path folder) {
        Path file = folder.resolve("upper.keras");
        Tensor features = new Model(x, hidden).on(Device.cpu()).predict(rows);
        try (Model upper = new Model(hidden, y).on(Device.cpu())) {
            upper.compile(new SGD(.1), Loss.of("mse"));
            upper.trainOnBatch(features, Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2)));
            KerasFiles.save(upper, file);
            Tensor expected = upper.predict(features);
            try (Model again = KerasFiles.load(file).on(Device.cpu())) {
                assertThat(again.predict(features).bitEquals(expected)).isTrue();
            }
            Symbol z = Input.of(4);
            Model around = new Model(z, upper.apply(z)).on(Device.cpu());
            KerasFiles.save(around, file);
            try (Model again = KerasFiles.load(file).on(Device.cpu())) {
                assertThat(again.predict(features).bitEquals(expected)).isTrue();
            }
        }
    }

    /** As {@code Model(base.input, base.get_layer("skip").output)} in Keras. */
    @Test
    void layersSayWhereAModelCanBeCut() {
        assertThat(whole.layer("skip").output()).isSameAs(skip);
        assertThat(whole.layer("skip").input()).isSameAs(hidden);
        try (Model features = new Model(whole.input(), whole.layer("hidden").output())) {
            assertThat(features.on(Device.cpu()).predict(rows).shape()).isEqualTo(Shape.of(2, 4));
        }
        assertThatThrownBy(() -> new Dense(2).named("idle").output())
                .hasMessageContaining("idle: has not been called yet");
        assertThatThrownBy(() -> whole.layer("add").input()).hasMessageContaining("has 2 inputs");
        Symbol z = Input.of(3);
        assertThat(new Model(z, whole.apply(z)).layer(whole.name()).output()).isSameAs(y);
    }

    @Test
    void pathsReachThroughModelsAndWrappers() {
        Symbol z = Input.of(4);
        Layer inner = new Dense(3).named("inner");
        Model steps = new Model(z, inner.apply(z)).named("steps");
        Symbol w = Input.of(2, 4);
        Symbol each = new TimeDistributed(steps).named("each").apply(w);
        Model outer = new Model(w, each).named("outer");
        assertThat(outer.layer("each/steps/inner")).isSameAs(inner);
        assertThat(outer.layer("each/steps")).isSameAs(steps);
        assertThatThrownBy(() -> outer.layer("each/steps/bn"))
                .hasMessageContaining("outer: has no layer 'each/steps/bn'")
                .hasMessageContaining("there is no 'bn' in steps, which has [")
                .hasMessageContaining("inner]");
    }
}
