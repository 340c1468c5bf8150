package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;

/**
 * Keras up to 3.15 writes {@code training: true} for a call of an augmenting layer that was given
 * nothing, which must not augment in prediction, and {@code training: false} for one of a Dropout,
 * which must drop in {@code fit}. What differs from the default was meant.
 */
class OwnDefaultsTest {
    private static final String MODEL =
            """
            {"class_name": "Functional", "config": {"name": "m", "layers": [
              {"class_name": "InputLayer", "name": "x", "inbound_nodes": [],
               "config": {"name": "x", "batch_shape": [null, 4, 4, 1]}},
              {"class_name": "%s", "name": "layer", "config": {"name": "layer", %s},
               "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config":
                 {"shape": [null, 4, 4, 1], "dtype": "float32", "keras_history": ["x", 0, 0]}}],
                 "kwargs": {"training": %s}}]}],
              "input_layers": ["x", 0, 0], "output_layers": ["layer", 0, 0]}}
            """;

    @ParameterizedTest
    @CsvSource({
        "RandomFlip, '\"mode\": \"vertical\"', true, ",
        "RandomFlip, '\"mode\": \"vertical\"', false, INFERENCE",
        "RandomFlip, '\"mode\": \"vertical\"', null, ",
        "Dropout, '\"rate\": 0.5', true, TRAINING",
        "Dropout, '\"rate\": 0.5', false, ",
        "GaussianNoise, '\"stddev\": 0.5', false, ",
        "GaussianNoise, '\"stddev\": 0.5', true, TRAINING",
        "SpatialDropout2D, '\"rate\": 0.5', false, ",
        "BatchNormalization, '\"axis\": -1', false, INFERENCE"
    })
    void theOwnDefaultIsNotBaked(String className, String config, String training, Mode expected) {
        Layer read = KerasJson.read(MODEL.formatted(className, config, training));
        try (Model m = (Model) read) {
            assertThat(m.output().node().baked()).isEqualTo(Optional.ofNullable(expected));
        }
    }
}
