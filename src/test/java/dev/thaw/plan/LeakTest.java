package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.BatchNormalization;
import dev.thaw.layer.Conv2D;
import dev.thaw.layer.Dense;
import dev.thaw.layer.Dropout;
import dev.thaw.layer.Flatten;
import dev.thaw.layer.Input;
import dev.thaw.layer.MaxPooling2D;
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

/** Nothing native waits for the garbage collector. */
class LeakTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Test
    void twoThousandPlansLeaveTheProcessAsTwoHundredDid() throws IOException {
        assumeThat(Files.isReadable(STATUS)).as("needs /proc to read the resident size").isTrue();
        for (int i = 0; i < 200; i++) {
            compileRunClose(i);
        }
        long before = residentKilobytes();
        for (int i = 200; i < 2000; i++) {
            compileRunClose(i);
        }
        long after = residentKilobytes();
        System.out.printf("resident after 200 plans: %,d kB, after 2,000: %,d kB%n", before, after);
        assertThat(after).isLessThan(before + before / 20);
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

    /** The resident size after a full collection, so that only what is really held counts. */
    private static long residentKilobytes() throws IOException {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
