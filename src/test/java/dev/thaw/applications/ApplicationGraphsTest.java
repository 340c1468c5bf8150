package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every application against real Keras, layer by layer. */
class ApplicationGraphsTest {
    private record Row(
            String name, String type, Shape shape, long parameters, List<String> inbound) {}

    static List<Graphs.Case> cases() {
        return Graphs.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void layersAreThoseOfKerasInItsOrder(Graphs.Case expected) {
        LayerNames.reset();
        Model model =
                Application.named(expected.application())
                        .create(Graphs.options(expected.options()));
        assertThat(rows(model))
                .containsExactlyElementsOf(
                        expected.operations().stream()
                                .map(
                                        o ->
                                                new Row(
                                                        o.name(),
                                                        o.type(),
                                                        o.shape(),
                                                        o.parameters(),
                                                        o.inbound()))
                                .toList());
        assertThat(model.name()).isEqualTo(expected.name());
        assertThat(model.countParams()).isEqualTo(expected.parameters());
        assertThat(size(model.trainableWeights())).isEqualTo(expected.trainable());
    }

    private static List<Row> rows(Model model) {
        Map<Layer, Node> calls = new HashMap<>();
        model.nodes().forEach(n -> calls.put(n.layer(), n));
        model.inputs().forEach(s -> calls.put(s.node().layer(), s.node()));
        return model.layers().stream().map(l -> row(l, calls.get(l))).toList();
    }

    private static Row row(Layer layer, Node call) {
        return new Row(
                layer.name(),
                layer.className(),
                call.outputs().get(0).shape(),
                size(layer.ownWeights()),
                call.inputs().stream().map(Symbol::node).map(n -> n.layer().name()).toList());
    }

    private static long size(List<Weight> weights) {
        return weights.stream().mapToLong(w -> w.variable().shape().size()).sum();
    }

    @Test
    void everyApplicationHasACase() {
        assertThat(cases().stream().map(Graphs.Case::application).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Application.values()).map(Application::kerasName).toList());
    }
}
