package org.example.thaw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Device;
import dev.thaw.config.Registry;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/** A package of a user's has all that the built-in objects have, files included. */
class UsersOwnTest {
    /** x + 0.1 (sqrt(x^2 + 1) - 1). */
    static final ActivationFunction BENT =
            ActivationFunction.of(
                    "bent",
                    (f, x) -> {
                        var root =
                                f.apply(
                                        Fn.Function.SQRT,
                                        f.affine(f.apply(Fn.Function.SQUARE, x), 1, 1));
                        return f.combine(x, Binary.Function.ADD, f.affine(root, .1, -.1));
                    });

    static final Registry OWN =
            Registry.EMPTY
                    .with(Layer.class, "CenteredBatch", CenteredBatch::new)
                    .withMaker(ActivationFunction.class, "bent", reader -> BENT)
                    .with(Optimizer.class, "Signum", () -> new Signum(.001))
                    .with(LearningRateSchedule.class, "Halving", () -> new Halving(1, 1))
                    .with(Loss.class, "QuarticError", QuarticError::new)
                    .with(Metric.class, "Overshoot", Overshoot::new);

    private static final FitOptions TWO =
            FitOptions.epochs(2)
                    .withBatchSize(16)
                    .withShuffle(false)
                    .withVerbosity(FitOptions.Verbosity.SILENT);

    private final Tensor x = wave(64, 3, .7);
    private final Tensor y = firstTwo(x);

    static Tensor wave(int rows, int columns, double step) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(step * i);
        }
        return Tensor.of(values, Shape.of(rows, columns));
    }

    static Tensor firstTwo(Tensor x) {
        float[] values = new float[2 * x.shape().dim(0)];
        for (int i = 0; i < values.length; i++) {
            values[i] = x.floats()[i / 2 * 3 + i % 2];
        }
        return Tensor.of(values, Shape.of(x.shape().dim(0), 2));
    }

    @Test
    void trainsIsSavedAndGoesOnWhereItWas(@TempDir Path folder) {
        RandomSeed.set(3);
        Path file = folder.resolve("own.keras");
        try (Model model =
                new Sequential(
                                Input.of(3),
                                new Dense(8, BENT),
                                new CenteredBatch().momentum(.8).named("centered"),
                                new Dense(2))
                        .on(Device.cpu())) {
            model.compile(new Signum(.01), new QuarticError(), new Overshoot());
            List<Map<String, Double>> first = model.fit(x, y, TWO).epochs();
            assertThat(first.get(1).get("loss")).isLessThan(first.get(0).get("loss"));
            assertThat(first.get(1)).containsKey("overshoot");
            assertThat(model.layer("centered").variable("mean").value().floats())
                    .doesNotContain(0f);
            KerasFiles.save(model, file);
            try (Model again = KerasFiles.withoutCompilation().with(OWN).read(file)) {
                assertThat(again.layer("centered").config()).containsEntry("momentum", .8);
                assertThat(again.predict(x).floats()).isEqualTo(model.predict(x).floats());
            }
            try (Model again = KerasFiles.knowing(OWN).read(file).on(Device.cpu())) {
                assertThat(again.fit(x, y, TWO).epochs()).isEqualTo(model.fit(x, y, TWO).epochs());
                assertThat(again.compilation().orElseThrow().optimizer().iterations())
                        .isEqualTo(16);
            }
        }
    }

    /** Keras knows a class of one's own by its registered name, and looks for no module of it. */
    @Test
    void filesHoldTheRegisteredName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("own.keras");
        Model model = new Sequential(Input.of(3), new CenteredBatch(), new Dense(2, BENT));
        model.compile(new Signum(.01), new QuarticError(), new Overshoot());
        KerasFiles.save(model, file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            String json =
                    new String(
                            zip.getInputStream(zip.getEntry("config.json")).readAllBytes(),
                            StandardCharsets.UTF_8);
            for (String name : List.of("CenteredBatch", "Signum", "QuarticError", "Overshoot")) {
                assertThat(json).contains("\"registered_name\":\"" + name + "\"");
            }
            assertThat(json).contains("\"module\":null,\"class_name\":\"CenteredBatch\"");
            assertThat(json).contains("\"class_name\":\"function\",\"config\":\"bent\"");
        }
        Registry packaged = Registry.EMPTY.with(Layer.class, "CenteredBatch", CenteredBatch::new);
        assertThat(packaged.find(Layer.class, "example>CenteredBatch")).isPresent();
    }

    /** A run's checkpoints would lose how it is trained, and nobody would hear of it. */
    @Test
    void whatCouldNotBeReadBackIsRefusedAtOnce(@TempDir Path folder) {
        Path file = folder.resolve("own.keras");
        Model model = new Sequential(Input.of(3), new Dense(2).named("last"));
        model.compile(new SGD(step -> .1f / (1 + step)), Loss.of("mse"));
        assertThatThrownBy(() -> KerasFiles.save(model, file))
                .hasMessageContaining("LearningRateSchedule that is a lambda")
                .hasMessageContaining("KerasFiles.saveWithoutCompilation");
        assertThat(file).doesNotExist();
        KerasFiles.saveWithoutCompilation(model, file);
        try (Model again = KerasFiles.load(file)) {
            assertThat(again.compilation()).isEmpty();
            assertThat(again.predict(x).bitEquals(model.predict(x))).isTrue();
        }
        model.compile(new SGD(.1), nameless());
        assertThatThrownBy(() -> KerasFiles.save(model, file)).hasMessageContaining("a Loss that");
        Model own =
                new Sequential(
                        Input.of(3),
                        new Dense(2).kernelInitializer((shape, seed) -> Tensor.full(shape, 1)));
        assertThatThrownBy(() -> KerasFiles.save(own, file))
                .hasMessageContaining("an initializer of your own");
    }

    private static Loss nameless() {
        return new Loss() {
            @Override
            public String name() {
                return "nameless";
            }

            @Override
            public Value lower(Formula f, Value prediction, Value target) {
                return new QuarticError().lower(f, prediction, target);
            }
        };
    }

    /** Keras's own words name own objects as they name Keras's: in full or by the name alone. */
    @Test
    void compilesByKerasWords() {
        Model model = new Sequential(Input.of(3), new Dense(2));
        KerasFiles.knowing(OWN)
                .readCompilation(
                        model,
                        """
                        {"optimizer": {"class_name": "Signum", "config": {"learning_rate": 0.5}},
                         "loss": "QuarticError", "metrics": ["Overshoot", "mae"]}""");
        Compilation c = model.compilation().orElseThrow();
        assertThat(c.optimizer()).isInstanceOf(Signum.class);
        assertThat(c.optimizer().learningRate()).isEqualTo(.5f);
        assertThat(c.losses()).singleElement().isInstanceOf(QuarticError.class);
        assertThat(c.metrics().get(0).get(0)).isInstanceOf(Overshoot.class);
        KerasFiles.knowing(OWN)
                .readCompilation(model, "{\"optimizer\": \"signum\", \"loss\": \"mse\"}");
        assertThat(model.compilation().orElseThrow().optimizer()).isInstanceOf(Signum.class);
        assertThatThrownBy(
                        () ->
                                KerasFiles.compile(
                                        model, "{\"optimizer\": \"signum\", \"loss\": \"mse\"}"))
                .hasMessageContaining("there is no optimizer 'signum'");
    }

    /** Without imports, comments and empty lines. */
    @ParameterizedTest
    @ValueSource(strings = {"CenteredBatch", "Halving", "Signum", "QuarticError", "Overshoot"})
    void takesFewerThan25LinesOfCode(String name) throws IOException {
        Path file = Path.of("src/test/java/org/example/thaw", name + ".java");
        List<String> code =
                Files.readAllLines(file).stream()
                        .dropWhile(line -> !line.startsWith("public "))
                        .filter(line -> !line.isBlank() && !line.strip().startsWith("/**"))
                        .toList();
        assertThat(code).hasSizeBetween(5, 24);
    }

    /** What a sample becomes depends on its batch, so that each step is a batch of its own. */
    @Test
    void statisticsOfBatchesAreSeenThroughTimeDistributed() {
        Tensor sequence = wave(4, 6, .9);
        Tensor steps = Tensor.of(sequence.floats().clone(), Shape.of(4, 2, 3));
        try (Model model =
                new Sequential(Input.of(2, 3), new TimeDistributed(new CenteredBatch()))
                        .on(Device.cpu())) {
            float[] out = model.call(steps, dev.thaw.layer.Mode.TRAINING).floats();
            for (int column = 0; column < 6; column++) {
                double sum = 0;
                for (int row = 0; row < 4; row++) {
                    sum += out[row * 6 + column];
                }
                assertThat(sum).as("step and channel %d", column).isBetween(-1e-6, 1e-6);
            }
        }
    }
}
