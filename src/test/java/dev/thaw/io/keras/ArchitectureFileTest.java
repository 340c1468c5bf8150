package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model in two files, what {@code to_json()} said and its weights; and models in streams. */
class ArchitectureFileTest {
    @TempDir Path folder;

    private Path file(String name, String file) throws IOException {
        Path to = folder.resolve(file);
        try (InputStream in = getClass().getResourceAsStream("door/" + name + "/" + file)) {
            Files.copy(in, to);
        }
        return to;
    }

    @ParameterizedTest
    @CsvSource({"architecture_keras2, weights.h5", "architecture_keras3, model.weights.h5"})
    void predictsWhatKerasPredicts(String name, String weights) throws IOException {
        Tensor x = Npy.read(file(name, "x.npy"));
        Tensor expected = Npy.read(file(name, "y_keras.npy"));
        Path json = file(name, "model.json");
        assertThat(KerasFiles.content(json)).isEqualTo(KerasFiles.Content.ARCHITECTURE);
        try (Model model = KerasFiles.load(json, file(name, weights)).on(Device.cpu())) {
            Tensor y = model.predict(x);
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(expected.floats()[i], within(1e-6f));
            }
        }
    }

    @Test
    void aCompilationInTheTextIsKept() throws IOException {
        Path json = file("architecture_keras3", "model.json");
        try (Model model = KerasFiles.withoutCompilation().readArchitecture(json)) {
            assertThat(model.compilation()).isEmpty();
            assertThat(model.countParams()).isEqualTo(4 * 4 + 4 + 4 * 2 + 2);
        }
        Path weights = file("architecture_keras3", "model.weights.h5");
        try (Model model = KerasFiles.load(json, weights)) {
            assertThat(model.compilation().orElseThrow().optimizer().className()).isEqualTo("Adam");
        }
    }

    @Test
    void anArchitectureAloneIsNoModel() throws IOException {
        Path json = file("architecture_keras2", "model.json");
        assertThatThrownBy(() -> KerasFiles.load(json))
                .hasMessageContaining("model.json")
                .hasMessageContaining("got its architecture alone")
                .hasMessageContaining("KerasFiles.load(architecture, weights)");
        Files.writeString(json, "{\"class_name\": \"Sequential\"");
        assertThatThrownBy(() -> KerasFiles.load(json, json))
                .hasMessageContaining("model.json: is no JSON");
    }

    @Test
    void modelsGoThroughStreams() throws IOException {
        Path json = file("architecture_keras3", "model.json");
        Tensor x = Npy.read(file("architecture_keras3", "x.npy"));
        Path weights = file("architecture_keras3", "model.weights.h5");
        try (Model model = KerasFiles.load(json, weights).on(Device.cpu())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            KerasFiles.save(model, out);
            InputStream in = new ByteArrayInputStream(out.toByteArray());
            KerasFiles reader = KerasFiles.withoutCompilation();
            try (Model again = reader.read(in, "bytes").on(Device.cpu())) {
                assertThat(again.predict(x).bitEquals(model.predict(x))).isTrue();
            }
        }
    }
}
