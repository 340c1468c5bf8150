package org.example.thaw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model with a layer, activation, loss, metric, schedule and optimizer of the user's own is saved
 * in the middle of its training, and another JVM goes on with the file: to the bit as if nothing
 * had happened. {@code src/test/python/own_objects.py} opens the same file in Keras.
 */
class ResumedElsewhereTest {
    private static final int EPOCHS = 4;
    private static final FitOptions OPTIONS =
            FitOptions.epochs(EPOCHS)
                    .withBatchSize(16)
                    .withShuffle(false)
                    .withVerbosity(FitOptions.Verbosity.SILENT);

    private static final Tensor X = UsersOwnTest.wave(64, 3, .7);
    private static final Tensor Y = UsersOwnTest.firstTwo(X);

    @Test
    void goesOnToTheBit(@TempDir Path folder) throws Exception {
        // kept where somebody wants to open it in Keras
        Path file =
                Path.of(System.getProperty("thaw.keep", folder.resolve("own.keras").toString()));
        History undisturbed;
        Tensor expected;
        try (Model model = model()) {
            undisturbed = model.fit(X, Y, OPTIONS.withCallbacks(savingAfterHalf(file)));
            expected = model.predict(X);
        }
        Path predictions = folder.resolve("y.npy");
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                ResumedElsewhereTest.class.getName(),
                                file.toString(),
                                predictions.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        assertThat(said).contains(undisturbed.epochs().subList(EPOCHS / 2, EPOCHS).toString());
        assertThat(Npy.read(predictions).bitEquals(expected)).isTrue();
    }

    /** Goes on with a file, says its history and writes what it predicts then. */
    public static void main(String[] args) {
        try (Model model =
                KerasFiles.knowing(UsersOwnTest.OWN).read(Path.of(args[0])).on(Device.cpu())) {
            List<Map<String, Double>> epochs =
                    model.fit(X, Y, OPTIONS.withInitialEpoch(EPOCHS / 2)).epochs();
            System.out.println(epochs);
            Npy.write(Path.of(args[1]), model.predict(X));
        }
    }

    private static Model model() {
        RandomSeed.set(3);
        Model model =
                new Sequential(
                                Input.of(3),
                                new Dense(8, UsersOwnTest.BENT),
                                new CenteredBatch().momentum(.8).named("centered"),
                                new Dense(2))
                        .on(Device.cpu());
        model.compile(new Signum(new Halving(.01, 5)), new QuarticError(), new Overshoot());
        return model;
    }

    private static Callback savingAfterHalf(Path file) {
        return new Callback() {
            @Override
            public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
                if (epoch == EPOCHS / 2 - 1) {
                    KerasFiles.save(model, file);
                }
                return true;
            }
        };
    }
}
