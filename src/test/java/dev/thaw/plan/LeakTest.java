package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.thaw.layer.Input;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Nothing native waits for the garbage collector. It runs in a JVM of its own whose heap is
 * resident from the start, so that the resident size changes by native memory alone.
 */
class LeakTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int FIRST = 200;
    private static final int ALL = 2000;

    @Test
    void twoThousandPlansLeaveTheProcessAsTwoHundredDid() throws Exception {
        assumeThat(Files.isReadable(STATUS))
                .as("SKIPPED: needs /proc to read the resident size")
                .isTrue();
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms192m",
                                "-Xmx192m",
                                "-XX:+AlwaysPreTouch",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                LeakTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        List<String> output = new String(child.getInputStream().readAllBytes()).lines().toList();
        assertThat(child.waitFor()).as(String.join("\n", output)).isZero();
        String[] sizes = output.get(output.size() - 1).split(" ");
        long first = Long.parseLong(sizes[0]);
        long all = Long.parseLong(sizes[1]);
        System.out.printf(
                "resident after %,d plans: %,d kB, after %,d: %,d kB%n", FIRST, first, ALL, all);
        assertThat(all).isLessThanOrEqualTo(first + first / 20);
    }

    /** Prints the resident kilobytes after the first plans and after all. */
    public static void main(String[] args) throws IOException {
        for (int i = 0; i < FIRST; i++) {
            compileRunClose(i);
        }
        long first = residentKilobytes();
        for (int i = FIRST; i < ALL; i++) {
            compileRunClose(i);
        }
        System.out.println(first + " " + residentKilobytes());
    }

    private static void compileRunClose(int i) {
        try (Model m =
                new Sequential(
                        Input.of(12, 12, 3),
                        new Conv2D(8, 3),
                        new BatchNormalization(),
                        new MaxPooling2D(),
                        new Dropout(.1),
                        new Flatten(),
                        new Dense(4, ActivationFunction.SOFTMAX))) {
            m.compile(new Adam(), new SparseCategoricalCrossentropy());
            int rows = 1 + i % 7;
            m.trainOnBatch(
                    Tensor.zeros(Shape.of(rows, 12, 12, 3), DType.FLOAT32),
                    Tensor.of(new int[rows]));
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
