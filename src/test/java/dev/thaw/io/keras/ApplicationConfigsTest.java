package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.applications.Application;
import dev.thaw.applications.Graphs;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;
import dev.thaw.model.Model;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Set;

/** Every layer of every application has the configuration that it has in Keras. */
class ApplicationConfigsTest {
    /**
     * Keys that not every Keras 3 knows, and that mean nothing at their defaults: never written.
     */
    private static final Set<String> LATER =
            Set.of(
                    "quantization_config",
                    "renorm",
                    "renorm_clipping",
                    "renorm_momentum",
                    "input_axes",
                    "output_axes",
                    "optional",
                    "ragged");

    static List<Graphs.Case> cases() {
        return Graphs.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void configurationsAreThoseOfKeras(Graphs.Case expected) {
        LayerNames.reset();
        Model model =
                Application.named(expected.application())
                        .create(Graphs.options(expected.options()));
        for (int i = 0; i < expected.operations().size(); i++) {
            Layer layer = model.layers().get(i);
            assertThat(config(layer))
                    .as(layer.name())
                    .isEqualTo(expected(expected.operations().get(i)));
        }
    }

    private static JsonNode config(Layer layer) {
        ObjectNode config = (ObjectNode) ObjectWriter.layer(layer).get("config");
        config.remove(List.of("name", "trainable", "dtype"));
        // read anew, so that numbers have the types of read ones
        return ConfigJson.parse(config.toString(), layer.name());
    }

    private static JsonNode expected(Graphs.Operation operation) {
        JsonNode config = operation.config().deepCopy();
        forget(config);
        return config;
    }

    private static void forget(JsonNode node) {
        if (node instanceof ObjectNode o) {
            o.remove(LATER);
        }
        node.forEach(ApplicationConfigsTest::forget);
    }
}
