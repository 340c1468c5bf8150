package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Dataset;
import dev.thaw.data.Sample;
import dev.thaw.layer.Input;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.callback.EarlyStopping;
import dev.thaw.model.callback.ProgressBar;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains on a stream of 200,000 rows, 627 MB, in a process whose heap holds a fourteenth of it,
 * with validation, early stopping and a progress bar.
 */
final class StreamInSmallHeapTest {
    private static final int ROWS = 200_000;
    private static final int WIDTH = 784;
    private static final int CLASSES = 10;
    private static final int EPOCHS = 5;
    private static final int HEAP_MB = 44;

    @Test
    @Timeout(300)
    void neverMoreThanAFewBatchesAreHeld() throws Exception {
        Process p =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx" + HEAP_MB + "m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                StreamInSmallHeapTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String out;
        try (var in = p.inputReader(StandardCharsets.UTF_8)) {
            out = String.join("\n", in.lines().toList());
        } finally {
            p.destroyForcibly();
        }
        System.out.println(out.substring(Math.max(0, out.indexOf("resident"))));
        assertThat(p.waitFor()).as(out).isZero();
        assertThat(out).contains("Epoch 2/5", "782/782", "stopped at epoch 1 of 5");
    }

    /** In the small heap. */
    public static void main(String[] args) throws IOException {
        EarlyStopping stopping = new EarlyStopping().minDelta(100); // the first epoch is the best
        long begin = resident();
        try (Model model =
                        new Sequential(
                                        Input.of(WIDTH),
                                        new Dense(32, ActivationFunction.RELU),
                                        new Dense(CLASSES, ActivationFunction.SOFTMAX))
                                .on(Device.cpu());
                ProgressBar bar = new ProgressBar(EPOCHS)) {
            model.compile(new Adam(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
            History h =
                    model.fit(
                            Dataset.of(ROWS, StreamInSmallHeapTest::sample),
                            FitOptions.epochs(EPOCHS)
                                    .withBatchSize(256)
                                    .withVerbosity(FitOptions.Verbosity.SILENT)
                                    .withValidation(Dataset.of(5000, i -> sample(ROWS + i)))
                                    .withCallbacks(stopping, bar));
            System.out.printf(
                    "%nresident %,d MB before, %,d MB at most; heap at most %d MB; %s%n",
                    begin >> 10, resident() >> 10, Runtime.getRuntime().maxMemory() >> 20, h);
            System.out.printf("stopped at epoch %d of %d%n", stopping.stoppedEpoch(), EPOCHS);
        }
    }

    /** Noise around a bright stripe for each class. */
    private static Sample sample(int i) {
        float[] x = new float[WIDTH];
        int label = i % CLASSES;
        int state = i * 0x9E3779B9;
        for (int k = 0; k < WIDTH; k++) {
            state = state * 1664525 + 1013904223;
            x[k] = (state >>> 8) * 0x1p-24f + (k % CLASSES == label ? 1 : 0);
        }
        return Sample.of(Tensor.of(x), label);
    }

    /** The most that the process had in memory so far, in KB; 0 where Linux does not tell. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.notExists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
