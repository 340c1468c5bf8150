package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.config.ConfigException;
import dev.thaw.data.Npy;
import dev.thaw.file.AtomicFile;
import dev.thaw.io.hdf5.Hdf5Builder;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.operator.Operator;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Files with one thing each that older releases of Keras wrote, or that Thaw cannot read of a
 * compilation: made with Keras 3.15 and rewritten key by key, or by the Keras 2 of TensorFlow, and
 * held against what Keras predicts.
 */
class OldFilesTest {
    @TempDir Path folder;

    private Path file(String name, String file) throws IOException {
        Path to = folder.resolve(file);
        try (InputStream in = getClass().getResourceAsStream("door/" + name + "/" + file)) {
            Files.copy(in, to);
        }
        return to;
    }

    private Path model(String name) throws IOException {
        return file(name, name.startsWith("h5_") ? "model.h5" : "model.keras");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "activation_layer",
                "bn_scale_number",
                "compile_without_optimizer",
                "custom_loss",
                "custom_metric",
                "h5_custom_adam",
                "h5_functions",
                "h5_operations",
                "h5_operations_as_bytes",
                "h5_nadam_schedule_decay",
                "h5_nested_functional",
                "h5_nested_sequential",
                "h5_nested_sequential_real",
                "h5_numbered_names",
                "h5_sgd_decay",
                "h5_slashes",
                "h5_theano_kernels",
                "keras_2_13_numbers",
                "keras_2_15_metrics",
                "keras_2_15_windows",
                "loss_function",
                "metric_auc"
            })
    void predictsWhatKerasPredicts(String name) throws IOException {
        Tensor x = Npy.read(file(name, "x.npy"));
        Tensor expected = Npy.read(file(name, "y_keras.npy"));
        try (Model model = KerasFiles.load(model(name)).on(Device.cpu())) {
            Tensor y = model.predict(x);
            assertThat(y.shape()).isEqualTo(expected.shape());
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(expected.floats()[i], within(1e-6f));
            }
        }
    }

    @Test
    void aCompilationIsKeptAsFarAsItCanBe() throws IOException {
        try (Model model = KerasFiles.load(model("custom_metric"))) {
            assertThat(model.compilation().orElseThrow().optimizer().className()).isEqualTo("Adam");
        }
        Files.delete(folder.resolve("model.keras"));
        try (Model model = KerasFiles.load(model("custom_loss"))) {
            assertThat(model.compilation()).isEmpty();
        }
        Files.delete(folder.resolve("model.keras"));
        try (Model model = KerasFiles.load(model("compile_without_optimizer"))) {
            assertThat(model.compilation().orElseThrow().optimizer().className())
                    .isEqualTo("RMSprop"); // Keras's default
        }
        try (Model model = KerasFiles.load(model("h5_sgd_decay"))) {
            assertThat(model.compilation().orElseThrow().optimizer().schedule().orElseThrow())
                    .asString()
                    .contains("InverseTimeDecay");
        }
    }

    @Test
    void aLossScaleLeavesItsOptimizer() throws IOException {
        try (Model model = KerasFiles.load(model("h5_numbered_names"))) {
            Optimizer optimizer = model.compilation().orElseThrow().optimizer();
            assertThat(optimizer.className()).isEqualTo("SGD");
            assertThat(optimizer.learningRate()).isEqualTo(.5);
        }
    }

    @Test
    void aFileThatIsNeitherSaysWhatItHas() {
        Path file = folder.resolve("data.h5");
        AtomicFile.write(file, new Hdf5Builder().dataset("numbers", Tensor.of(new float[] {1})));
        String rule = "neither a model of Keras's (the attribute model_config) nor weights";
        assertThatThrownBy(() -> KerasFiles.load(file))
                .hasMessageContaining(rule)
                .hasMessageContaining("it has [numbers]")
                .hasMessageContaining("model.save");
        assertThatThrownBy(() -> KerasFiles.content(file)).hasMessageContaining(rule);
    }

    /** Keras computes in half precision there, which has three digits. */
    @Test
    void mixedPrecisionComputesInFloat32() throws IOException {
        Tensor x = Npy.read(file("mixed_float16", "x.npy"));
        Tensor expected = Npy.read(file("mixed_float16", "y_keras.npy"));
        try (Model model = KerasFiles.load(model("mixed_float16")).on(Device.cpu())) {
            Tensor y = model.predict(x);
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(expected.floats()[i], within(4e-3f));
            }
        }
    }

    /**
     * A layer in an activation's place is written as Keras writes it, and is no layer of the model.
     */
    @Test
    void aLayerAsActivationIsWrittenAsOne() throws IOException {
        Tensor x = Npy.read(file("activation_layer", "x.npy"));
        Path copy = folder.resolve("copy.keras");
        try (Model model = KerasFiles.load(model("activation_layer")).on(Device.cpu())) {
            KerasFiles.save(model, copy);
            try (Model again = KerasFiles.load(copy).on(Device.cpu())) {
                assertThat(again.layers()).hasSize(5); // with the input
                assertThat(again.layer("leaky").config().get("activation"))
                        .hasToString("LeakyReLU");
                assertThat(again.predict(x).floats()).isEqualTo(model.predict(x).floats());
            }
        }
    }

    @Test
    void aLayerWithWeightsIsNoActivation() {
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                KerasObjects.STANDARD.make(
                                        "dense.activation",
                                        ActivationFunction.class,
                                        "PReLU",
                                        Map.of("name", "p_re_lu")));
        assertThat(e).hasMessageContaining("PReLU").hasMessageContaining("put it behind");
    }

    /** Keras holds Python code there, which is never run; Java says what it does. */
    @Test
    void aLambdaIsAnsweredWithJava() throws IOException {
        Path path = model("lambda_layer");
        assertThatThrownBy(() -> KerasFiles.load(path))
                .hasMessageContaining("scaled (Lambda")
                .hasMessageContaining("KerasFiles.withLayer(\"Lambda\"");
        Tensor x = Npy.read(file("lambda_layer", "x.npy"));
        Tensor expected = Npy.read(file("lambda_layer", "y_keras.npy"));
        KerasFiles files = KerasFiles.withLayer("Lambda", config -> new Rescaling(1 / 255.0));
        try (Model model = files.read(path).on(Device.cpu())) {
            assertThat(model.layer("scaled")).isInstanceOf(Rescaling.class);
            Tensor y = model.predict(x);
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(expected.floats()[i], within(1e-6f));
            }
        }
    }

    /** Its decay of 0.004 is the momentum's, and no schedule of the learning rate. */
    @Test
    void nadamsDecayIsNoSchedule() throws IOException {
        try (Model model = KerasFiles.load(model("h5_nadam_schedule_decay"))) {
            KerasFiles.compile(
                    model,
                    """
                    {"loss": "mse", "optimizer": {"class_name": "Nadam",
                     "config": {"learning_rate": 0.01, "decay": 0.004}}}""");
            assertThat(model.compilation().orElseThrow().optimizer().schedule()).isEmpty();
        }
    }

    /** A layer's type is left out where it is float32, but that of a cast is what it does. */
    @Test
    void aCastKeepsItsType() throws IOException {
        try (Model model = KerasFiles.load(model("h5_functions"))) {
            Operator cast = (Operator) model.layer("tf.cast");
            assertThat(cast.call().config()).containsEntry("dtype", "float32");
        }
    }
}
