package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Dataset;
import dev.thaw.data.Npy;
import dev.thaw.graph.Structure;
import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/**
 * A model of Keras's whose inputs are {"b": [i, j], "a": {"z": k}} and whose outputs {"out":
 * [first, [second]], "more": third}, the last one without a loss.
 */
class NestedStructuresTest {
    @TempDir Path folder;

    private InputStream resource(String name) {
        return getClass().getResourceAsStream("door/nested_structures/" + name);
    }

    private Tensor tensor(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            Files.copy(resource(name), file);
        }
        return Npy.read(file);
    }

    private Map<String, Tensor> named(List<String> names, String prefix) throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            all.put(names.get(i), tensor(prefix + i + ".npy"));
        }
        return all;
    }

    private Model model() {
        return KerasFiles.load(resource("model.keras"), "nested.keras").on(Device.cpu());
    }

    @Test
    void pathsAreTheNames() throws IOException {
        try (Model model = model()) {
            assertThat(model.inputNames()).containsExactly("a/z", "b/0", "b/1");
            assertThat(model.outputNames()).containsExactly("more", "out/0", "out/1/0");
            Map<String, Tensor> x = named(model.inputNames(), "x");
            Map<String, Tensor> y = model.predict(x);
            Map<String, Tensor> expected = named(model.outputNames(), "y");
            assertThat(y.keySet()).isEqualTo(expected.keySet());
            for (String name : expected.keySet()) {
                assertThat(y.get(name).shape()).isEqualTo(expected.get(name).shape());
                for (int i = 0; i < y.get(name).size(); i++) {
                    assertThat(y.get(name).floats()[i])
                            .isCloseTo(expected.get(name).floats()[i], within(1e-6f));
                }
            }
            assertThatThrownBy(() -> model.call(List.copyOf(x.values())))
                    .hasMessageContaining("its inputs are a dictionary of [a/z, b/0, b/1]")
                    .hasMessageContaining("Map.of(\"a/z\"");
        }
    }

    @Test
    void lossesNestAsTheOutputsDo() throws IOException {
        try (Model model = model()) {
            List<Loss> losses = model.compilation().orElseThrow().losses();
            assertThat(losses)
                    .extracting(Loss::name)
                    .containsExactly("no loss", "mean_squared_error", "mean_absolute_error");
            Map<String, Tensor> y = named(model.outputNames(), "y");
            y.remove("more");
            Dataset data = Dataset.of(named(model.inputNames(), "x"), y);
            assertThat(model.evaluate(data, EvaluateOptions.DEFAULT).keySet())
                    .containsExactly("loss", "first_loss", "second_loss");
        }
    }

    @Test
    void theStructureIsWrittenAsItWas() throws IOException {
        Path copy = folder.resolve("copy.keras");
        try (Model model = model()) {
            KerasFiles.save(model, copy);
            Path original = folder.resolve("original.keras");
            Files.copy(resource("model.keras"), original);
            JsonNode before = json(original);
            JsonNode after = json(copy);
            for (String key : List.of("input_layers", "output_layers")) {
                assertThat(after.path("config").path(key))
                        .isEqualTo(before.path("config").path(key));
            }
            // flat, since Keras cannot build losses in lists within lists
            assertThat(after.path("compile_config").path("loss").toString())
                    .isEqualTo("[null,\"mse\",\"mae\"]");
            try (Model again = KerasFiles.load(copy)) {
                assertThat(again.inputStructure()).isEqualTo(model.inputStructure());
                assertThat(again.outputStructure()).isEqualTo(model.outputStructure());
                assertThat(again.compilation().orElseThrow().losses().get(0)).isSameAs(Loss.NONE);
            }
        }
    }

    @Test
    void keysMustBeInOrder() {
        assertThatThrownBy(() -> Structure.dictionary(List.of("b", "a")))
                .hasMessageContaining("ascending order");
    }

    private static JsonNode json(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            byte[] bytes = zip.getInputStream(zip.getEntry("config.json")).readAllBytes();
            return ConfigJson.parse(new String(bytes, StandardCharsets.UTF_8), "");
        }
    }
}
