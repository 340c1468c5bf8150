package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class DecodingTest {
    @TempDir Path folder;

    private ClassIndex index(String json) throws IOException {
        return ClassIndex.read(Files.writeString(folder.resolve("index.json"), json));
    }

    private ClassIndex three() throws IOException {
        return index(
                "{\"0\": [\"n01440764\", \"tench\"], \"2\": [\"n2\", \"hammerhead\"],"
                        + " \"1\": [\"n1\", \"goldfish\"]}");
    }

    @Test
    void theBestGuessesComeFirst() throws IOException {
        Tensor scores = Tensor.of(new float[] {.2f, .7f, .1f, .5f, .1f, .4f}, 2, 3);
        assertThat(Application.decodePredictions(scores, 2, three()))
                .containsExactly(
                        List.of(
                                new Prediction("n1", "goldfish", .7f),
                                new Prediction("n01440764", "tench", .2f)),
                        List.of(
                                new Prediction("n01440764", "tench", .5f),
                                new Prediction("n2", "hammerhead", .4f)));
        assertThat(Application.decodePredictions(scores, 9, three()).get(0)).hasSize(3);
    }

    @Test
    void predictionsMustFitTheIndex() throws IOException {
        ClassIndex three = three();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Application.decodePredictions(
                                        Tensor.of(new float[4], 1, 4), 1, three))
                .withMessageContaining("(images, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Application.decodePredictions(
                                        Tensor.of(new float[3], 1, 3), 0, three))
                .withMessageContaining("top must be at least 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[1, 2]",
                "{}",
                "{\"0\": [\"n0\", \"tench\"]",
                "{\"1\": [\"n1\", \"goldfish\"]}",
                "{\"0\": [\"n0\"]}",
                "{\"0\": [0, \"tench\"]}",
                "{\"0\": {\"id\": \"n0\", \"description\": \"tench\"}}"
            })
    void anythingElseIsNoIndex(String json) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> index(json))
                .withMessageContaining("index.json: ");
    }
}
