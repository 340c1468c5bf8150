package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.layer.Layer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Layers read from Keras's configurations write the same ones, key for key. */
class LayerConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static List<String> configs() throws IOException {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                LayerConfigTest.class.getResourceAsStream("configs.txt"),
                                StandardCharsets.UTF_8))) {
            return in.lines().filter(l -> !l.startsWith("#")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aConfigurationComesBack(String line) throws JsonProcessingException {
        String className = line.substring(0, line.indexOf(' '));
        String config = line.substring(line.indexOf(' ') + 1);
        Layer layer = KerasLayers.read(className, config);
        JsonNode written = JSON.readTree(ObjectWriter.layer(layer).toString());
        assertThat(written.get("class_name").asText()).isEqualTo(className);
        assertThat(written.get("config")).isEqualTo(JSON.readTree(config));
        assertThat(keys(written.get("config"))).isEqualTo(keys(JSON.readTree(config)));
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
