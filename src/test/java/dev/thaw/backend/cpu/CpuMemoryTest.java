package dev.thaw.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class CpuMemoryTest {
    private final String before = System.getProperty(CpuMemory.PROPERTY);

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(CpuMemory.PROPERTY);
        } else {
            System.setProperty(CpuMemory.PROPERTY, before);
        }
    }

    /** What a process of models prints; it must end well. */
    private static String models(String heap, String property, String... arguments)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                heap,
                                property,
                                "-cp",
                                System.getProperty("java.class.path"),
                                UnclosedModelsProcess.class.getName()));
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(out).isZero();
        return out;
    }

    /** The collector does not see native memory, and would leave it for long. */
    @Test
    void modelsThatNobodyClosesGiveWayToOthers() throws Exception {
        assertThat(models("-Xmx512m", "-D" + CpuMemory.PROPERTY + "=200m", "60", "lost"))
                .contains("all ran");
    }

    /** JavaCPP would raise an alarm at four times the heap: 256 MB, of which this takes 480. */
    @Test
    void nativeMemoryMayBeManyTimesTheHeap() throws Exception {
        assertThat(models("-Xmx64m", "-D" + CpuMemory.PROPERTY + "=2g", "30", "kept"))
                .contains("all ran, kept 30");
    }

    @Test
    void whatDoesNotFitIsRefusedWithPlanBatchAndBytes() {
        Tensor x = Tensor.zeros(Shape.of(32, 1_024), DType.FLOAT32);
        try (Model model = new Sequential(Input.of(1_024), new Dense(8)).on(Device.cpu())) {
            model.predict(x.rows(0, 1));
            long used = CpuMemory.used();
            System.setProperty(CpuMemory.PROPERTY, "" + (used + 100_000));
            assertThatThrownBy(() -> model.predict(x))
                    .isInstanceOf(DeviceOutOfMemoryException.class)
                    .hasMessageContaining("a plan for inputs [(32, 1024)] (132,096 bytes of values")
                    .hasMessageContaining("needs 13")
                    .hasMessageContaining("take a smaller batch")
                    .hasMessageContaining(CpuMemory.PROPERTY);
            assertThat(CpuMemory.used()).as("what was refused is not counted").isEqualTo(used);
            System.setProperty(CpuMemory.PROPERTY, "1g");
            assertThat(model.predict(x).shape()).isEqualTo(Shape.of(32, 8));
        }
    }

    /** All that a plan will hold is counted at once: the last of it used to be refused alone. */
    @Test
    void weightsAreCountedBeforeAnythingIsAllocated() {
        Tensor x = Tensor.zeros(Shape.of(1, 64), DType.FLOAT32);
        try (Model model =
                new Sequential(Input.of(64), new Dense(2_000), new Dense(2_000)).on(Device.cpu())) {
            long used = CpuMemory.used();
            System.setProperty(CpuMemory.PROPERTY, "" + (used + 10_000_000));
            assertThatThrownBy(() -> model.predict(x))
                    .isInstanceOf(DeviceOutOfMemoryException.class)
                    .hasMessageContaining("a plan for inputs [(1, 64)]")
                    .hasMessageContaining("16,528,000 of weights")
                    .satisfies(
                            e ->
                                    assertThat(((DeviceOutOfMemoryException) e).requestedBytes())
                                            .isGreaterThan(16_528_000));
            assertThat(CpuMemory.used()).isEqualTo(used);
        }
    }

    @Test
    void whatIsClosedIsNotCounted() {
        long used = CpuMemory.used();
        try (CpuBuffer buffer = CpuBuffer.allocate(1_000, "a test's")) {
            assertThat(CpuMemory.used()).isGreaterThanOrEqualTo(used + buffer.bytes());
        }
        assertThat(CpuMemory.used()).isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(strings = {"much", "-1", "2t", ""})
    void aLimitThatIsNoneIsRefused(String wish) {
        System.setProperty(CpuMemory.PROPERTY, wish);
        assertThatThrownBy(() -> new CpuProvider().open(0))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("thaw.cpu.memory must be a number of bytes")
                .hasMessageContaining("'" + wish + "'");
    }
}
