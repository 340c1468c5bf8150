package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A model that Keras 2 saved in the middle of training goes on as it went on there, whatever the
 * names and the order of its optimizer's values.
 */
class OldOptimizersTest {
    /**
     * Two steps of at most 0.01 for each weight, of which a wrong slot would leave nothing right.
     */
    private static final float TOLERANCE = 1e-5f;

    @TempDir Path folder;

    private Path file(String name) throws IOException {
        Path to = folder.resolve(name);
        try (InputStream in = getClass().getResourceAsStream("door/optimizer_state/" + name)) {
            Files.copy(in, to);
        }
        return to;
    }

    @ParameterizedTest
    @CsvSource({
        "adam, adam",
        "adam_2_13, adam",
        "adam_2_1, adam",
        "amsgrad, amsgrad",
        "rmsprop, rmsprop",
        "sgd, sgd",
        "adamax, adamax",
        "adadelta, adadelta",
        "loss_scale, loss_scale"
    })
    void goesOnWhereKeras2Stopped(String name, String expected) throws IOException {
        goesOn(name + ".h5", expected);
    }

    /** Keras 3 keeps the optimizer's state with that of its loss scale, and alone. */
    @Test
    void goesOnFromALossScale() throws IOException {
        goesOn("loss_scale.keras", "loss_scale");
    }

    private void goesOn(String name, String expected) throws IOException {
        Tensor x = Npy.read(file("x.npy"));
        Tensor t = Npy.read(file("t.npy"));
        Tensor after = Npy.read(file(expected + ".npy"));
        try (Model model = KerasFiles.load(file(name)).on(Device.cpu())) {
            assertThat(model.compilation().orElseThrow().optimizer().iterations()).isEqualTo(3);
            model.trainOnBatch(x, t);
            model.trainOnBatch(x, t);
            Tensor y = model.predict(x);
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(after.floats()[i], within(TOLERANCE));
            }
        }
    }

    /**
     * Keras 3 has another schedule of the momentum, so that the steps differ; the state does not.
     */
    @Test
    void nadamsProductIsRead() throws IOException {
        try (Model model = KerasFiles.load(file("nadam.h5"))) {
            Optimizer nadam = model.compilation().orElseThrow().optimizer();
            Variable product =
                    nadam.states().stream()
                            .filter(v -> v.name().equals("u_product"))
                            .findFirst()
                            .orElseThrow();
            assertThat(product.value().item()).isBetween(.09f, .1f); // .45 ^ 3, and a little
            assertThat(nadam.schedule()).isEmpty();
        }
    }

    @Test
    void namesTellSlotAndWeight() {
        Set<String> slots = Set.of("momentum", "velocity");
        assertThat(SlotName.of("Adam/base/conv/kernel/m:0", slots))
                .isEqualTo(
                        new SlotName("Adam/base/conv/kernel/m:0", "momentum", "base/conv/kernel"));
        assertThat(SlotName.of("Adam/v/conv/kernel:0", slots))
                .isEqualTo(new SlotName("Adam/v/conv/kernel:0", "velocity", "conv/kernel"));
        assertThat(SlotName.of("training/Adam/v_12:0", slots))
                .isEqualTo(new SlotName("training/Adam/v_12:0", "velocity", ""));
        assertThat(SlotName.of("adam/conv_kernel_velocity", slots))
                .isEqualTo(new SlotName("adam/conv_kernel_velocity", "velocity", ""));
        assertThat(SlotName.of("adam/conv_kernel_vhat", slots)).isNull();
        assertThat(SlotName.of("training/Adam/Variable_3:0", slots)).isNull();
        assertThat(SlotName.of("Adamax/conv/kernel/v:0", Set.of("momentum", "norm")).slot())
                .isEqualTo("norm");
    }
}
