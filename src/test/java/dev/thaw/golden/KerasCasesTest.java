package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.data.Npz;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Plays the cases that {@code src/test/python/keras_cases.py} made with real Keras. {@code
 * -Dthaw.cases=FOLDER} plays another folder of such cases, for instance all that the script makes.
 */
class KerasCasesTest {
    /**
     * Keras and Thaw both round to float32, in other orders: what two right answers may differ by.
     */
    private static final double RTOL = 1e-4;

    private static final double ATOL = 1e-5;

    /** Rounding is fed back through some ten steps of training. */
    private static final double RTOL_TRAINED = 1e-3;

    private static final double ATOL_TRAINED = 1e-4;

    @TempDir Path out;

    static List<Path> cases() throws IOException, URISyntaxException {
        String given = System.getProperty("thaw.cases");
        Path folder =
                given != null
                        ? Path.of(given)
                        : Path.of(KerasCasesTest.class.getResource("cases").toURI());
        return KerasCases.cases(folder);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameNumbersAsKeras(Path folder) throws IOException {
        JsonNode files =
                KerasCases.JSON.readTree(folder.resolve("case.json").toFile()).path("files");
        assertThat(KerasCases.play(folder, out, Device.auto())).isEmpty();
        List<String> off = new ArrayList<>();
        for (String key : List.of("y_infer", "y_call", "y_train", "y_infer_after")) {
            boolean trained = key.equals("y_infer_after");
            for (JsonNode name : files.path(key)) {
                compare(
                        name.asText(),
                        Npy.read(out.resolve(name.asText())),
                        Npy.read(folder.resolve(name.asText())),
                        trained ? RTOL_TRAINED : RTOL,
                        trained ? ATOL_TRAINED : ATOL,
                        off);
            }
        }
        if (files.has("after_train_call")) {
            Map<String, Tensor> got = Npz.read(out.resolve("after_train_call.npz"));
            Map<String, Tensor> wanted = Npz.read(folder.resolve("after_train_call.npz"));
            assertThat(got.keySet())
                    .as("weights that a training call changed")
                    .containsExactlyInAnyOrderElementsOf(wanted.keySet());
            wanted.forEach((k, v) -> compare(k, got.get(k), v, RTOL, ATOL, off));
        }
        if (files.has("after_weights")) {
            trained(folder, off);
        }
        assertThat(off).isEmpty();
    }

    private void trained(Path folder, List<String> off) throws IOException {
        Map<String, Tensor> wanted = Npz.read(folder.resolve("after_weights.npz"));
        try (Model model = KerasFiles.load(out.resolve("after.keras"))) {
            Map<String, Tensor> got = KerasCase.weights(model);
            wanted.forEach(
                    (k, v) ->
                            compare("after " + k, got.get(k), v, RTOL_TRAINED, ATOL_TRAINED, off));
        }
        JsonNode history =
                KerasCases.JSON.readTree(folder.resolve("case.json").toFile()).path("history");
        JsonNode ours = KerasCases.JSON.readTree(Files.readString(out.resolve("history.json")));
        for (int i = 0; i < history.size(); i++) {
            numbers(
                    "steps of phase " + i,
                    ours.path(i).path("running_loss_per_step"),
                    history.path(i).path("running_loss_per_step"),
                    off);
            for (Map.Entry<String, JsonNode> e : history.path(i).path("epoch").properties()) {
                // with a partial batch Keras on TensorFlow averages losses of outputs over batches
                if (e.getKey().equals("loss") || !e.getKey().endsWith("_loss")) {
                    numbers(
                            e.getKey() + " of phase " + i,
                            ours.path(i).path("epoch").path(e.getKey()),
                            e.getValue(),
                            off);
                }
            }
        }
    }

    private static void numbers(String name, JsonNode got, JsonNode wanted, List<String> off) {
        if (got.size() != wanted.size()) {
            off.add(name + ": " + got.size() + " values instead of " + wanted.size());
            return;
        }
        for (int i = 0; i < wanted.size(); i++) {
            double w = wanted.get(i).asDouble();
            if (!(Math.abs(got.get(i).asDouble() - w) <= ATOL + RTOL_TRAINED * Math.abs(w))) {
                off.add(name + "[" + i + "]: " + got.get(i) + " instead of " + w);
            }
        }
    }

    private static void compare(
            String name, Tensor got, Tensor wanted, double rtol, double atol, List<String> off) {
        if (got == null || !got.shape().equals(wanted.shape())) {
            off.add(
                    name
                            + ": "
                            + (got == null ? "missing" : got.shape() + ", not " + wanted.shape()));
            return;
        }
        double worst = 0;
        for (int i = 0; i < wanted.size(); i++) {
            double a = number(got, i);
            double w = number(wanted, i);
            boolean same = a == w || Double.isNaN(a) && Double.isNaN(w);
            double excess = same ? 0 : Math.abs(a - w) / (atol + rtol * Math.abs(w));
            worst = Double.isNaN(excess) ? Double.POSITIVE_INFINITY : Math.max(worst, excess);
        }
        if (worst > 1) {
            off.add(name + ": off by " + worst + " times the bound");
        }
    }

    private static double number(Tensor t, int i) {
        return switch (t.dtype()) {
            case FLOAT32 -> t.floats()[i];
            case INT32 -> t.ints()[i];
            case INT64 -> t.longs()[i];
        };
    }
}
