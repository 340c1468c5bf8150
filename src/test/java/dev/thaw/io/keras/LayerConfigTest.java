package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.layer.Layer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Keras's classes take no {@code trainable}: with that key they could not be made again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SpatialDropout1D {'rate':0.25,'seed':3,'name':'some','dtype':'float32'}",
                "SpatialDropout2D {'rate':0.25,'seed':3,'name':'some','dtype':'float32','data_format':'channels_last'}",
                "SpatialDropout3D {'rate':0.25,'seed':3,'name':'some','dtype':'float32','data_format':'channels_first'}"
            })
    void aSpatialDropoutHasTheKeysOfKerasAndNoOther(String line) throws JsonProcessingException {
        String className = line.substring(0, line.indexOf(' '));
        String config = line.substring(line.indexOf(' ') + 1).replace('\'', '"');
        Layer layer = KerasLayers.read(className, config);
        JsonNode written = JSON.readTree(ObjectWriter.layer(layer).toString()).get("config");
        JsonNode expected = JSON.readTree(config);
        assertThat(keys(written)).containsExactlyInAnyOrderElementsOf(keys(expected));
        for (String key : keys(expected)) {
            if (!key.equals("dtype")) { // here a policy, there a name: Keras reads both
                assertThat(written.get(key)).as(key).isEqualTo(expected.get(key));
            }
        }
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
