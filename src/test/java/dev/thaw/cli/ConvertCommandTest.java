package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** Between Keras's formats. */
class ConvertCommandTest {
    @TempDir Path folder;
    private Path file;
    private final Tensor rows = SmallModels.normal(1, SmallModels.ROWS, SmallModels.FEATURES);

    @BeforeEach
    void save() {
        file = SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
    }

    private Tensor predictions(Path model) {
        try (Model m = KerasFiles.load(model)) {
            return m.predict(rows);
        }
    }

    @Test
    void aModelStaysTheSame() {
        Path copy = folder.resolve("copy.keras");
        Outcome o = Outcome.of("convert", file, copy).fine();
        assertThat(o.out()).isEmpty();
        assertThat(o.err()).contains("copy.keras: model");
        assertThat(predictions(copy).bitEquals(predictions(file))).isTrue();
    }

    @Test
    void weightsGoThereAndBackIntoAnotherModel() {
        Path weights = folder.resolve("m.weights.h5");
        Path other = folder.resolve("other.keras");
        Path result = folder.resolve("result.keras");
        Outcome.of("convert", file, weights).fine();
        try (Model m = SmallModels.classifier()) {
            m.weights().forEach(w -> w.variable().assign(Tensor.full(w.variable().shape(), .5f)));
            KerasFiles.save(m, other);
        }
        Outcome.of("convert", weights, result, "--model", other).fine();
        assertThat(predictions(result).bitEquals(predictions(file))).isTrue();
        assertThat(predictions(result).bitEquals(predictions(other))).isFalse();
    }

    /** What {@code to_json()} says in Keras, and the weights beside it. */
    @Test
    void anArchitectureAndItsWeightsAreAModel() throws IOException {
        Path weights = folder.resolve("m.weights.h5");
        Path json = folder.resolve("m.json");
        Path result = folder.resolve("result.keras");
        Outcome.of("convert", file, weights).fine();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Files.copy(zip.getInputStream(zip.getEntry("config.json")), json);
        }
        Outcome.of("convert", weights, result, "--model", json).fine();
        assertThat(predictions(result).bitEquals(predictions(file))).isTrue();
        Outcome.of("summary", json, "--weights", weights).fine();
        Outcome.of("summary", json).failed("m.json: holds an architecture alone", "--weights");
        Outcome.of("summary", file, "--weights", weights).failed("has weights of its own");
    }

    @Test
    void aFileMayBeReplacedByItself() {
        Tensor before = predictions(file);
        Outcome.of("convert", file, file).fine();
        assertThat(predictions(file).bitEquals(before)).isTrue();
    }

    @Test
    void badInputsAreOneLine() throws IOException {
        Path weights = folder.resolve("m.weights.h5");
        Path out = folder.resolve("out.keras");
        Outcome.of("convert", file, weights).fine();
        Outcome.of("convert", weights, out).failed("m.weights.h5", "--model");
        Outcome.of("summary", weights).failed("m.weights.h5: holds weights alone");
        Outcome.of("convert", folder.resolve("nix.h5"), out).failed("there is no such file");
        Outcome.of("convert", file, folder.resolve("no/out.keras")).failed("does not exist");
        Path two = SmallModels.save(SmallModels.siblings(), folder.resolve("two.keras"));
        Outcome.of("convert", weights, out, "--model", two).failed("m.weights.h5");
        Outcome.of("convert", file, folder.resolve("out.h5")).refused("must end in .keras");
        Outcome.of("convert", file).refused("OUT");
        Files.writeString(file, "PK nothing");
        Outcome.of("convert", file, out).failed("m.keras");
        assertThat(out).doesNotExist();
    }
}
