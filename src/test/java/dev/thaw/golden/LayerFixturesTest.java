package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.io.keras.KerasJson;
import dev.thaw.layer.Layer;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Shapes, weight names and their order against Keras, for each fixture. */
class LayerFixturesTest {
    private static final Predicate<Tensor> FLOAT = t -> t.dtype() == DType.FLOAT32;

    static Stream<LayerFixtures.Case> fixtures() {
        return LayerFixtures.all().stream();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void shapesAndWeightsAreThoseOfKeras(LayerFixtures.Case fixture) {
        Layer layer = FixtureLayers.of(fixture);
        List<Shape> inputs = fixture.inputs().stream().map(Tensor::shape).toList();
        assertThat(layer.outputShapes(inputs)).containsExactly(fixture.inference().shape());
        assertThat(layer.weights().stream().map(w -> w.spec().name()))
                .containsExactlyElementsOf(fixture.weights().keySet());
        assertThat(layer.weights().stream().map(w -> w.variable().shape()))
                .containsExactlyElementsOf(
                        fixture.weights().values().stream().map(Tensor::shape).toList());
        if (fixture.training().isPresent()) {
            assertThat(fixture.trainingGradient().weights().keySet())
                    .containsExactlyElementsOf(
                            layer.trainableWeights().stream()
                                    .map(w -> w.variable())
                                    .map(Variable::name)
                                    .toList());
            assertThat(fixture.trainingGradient().inputs())
                    .hasSize((int) fixture.inputs().stream().filter(FLOAT).count());
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void theBatchMayBeUnknown(LayerFixtures.Case fixture) {
        List<Shape> open =
                fixture.inputs().stream().map(t -> t.shape().withBatch(Shape.NONE)).toList();
        Shape expected = fixture.inference().shape().withBatch(Shape.NONE);
        assertThat(FixtureLayers.of(fixture).outputShapes(open)).containsExactly(expected);
    }

    static Stream<LayerFixtures.Case> serialized() {
        return fixtures().filter(c -> c.layer().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("serialized")
    void theConfigurationIsThatOfKeras(LayerFixtures.Case fixture) {
        String json = fixture.json().orElseThrow();
        assertThat(KerasJson.difference(json, KerasJson.read(json))).isEmpty();
    }

    @Test
    void everyCaseIsRead() {
        List<LayerFixtures.Case> all = LayerFixtures.all();
        assertThat(all).extracting(LayerFixtures.Case::name).doesNotHaveDuplicates();
        assertThat(all).hasSizeGreaterThan(100);
        assertThat(all.stream().filter(c -> !c.weightsAfter().isEmpty()))
                .allMatch(c -> c.layer().matches("BatchNormalization|TimeDistributed"))
                .hasSizeGreaterThan(10);
    }
}
