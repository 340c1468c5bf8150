package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.graph.Network;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Weights into networks that are not the one that was saved. */
class LoadWeightsTest {
    @TempDir Path folder;

    private static Symbol trunk(Symbol x) {
        Symbol y = new Dense(4).named("hidden").apply(x);
        return new BatchNormalization().named("bn").apply(y);
    }

    /** A trunk and heads of these names and widths, in this order. */
    private static Model heads(Object... namesAndUnits) {
        Symbol x = Input.of(3);
        Symbol y = trunk(x);
        List<Symbol> outputs = new ArrayList<>();
        for (int i = 0; i < namesAndUnits.length; i += 2) {
            Dense head = new Dense((Integer) namesAndUnits[i + 1]);
            outputs.add(head.named((String) namesAndUnits[i]).apply(y));
        }
        return new Model(List.of(x), outputs);
    }

    private Path saved(Model model) {
        Path file = folder.resolve("m.weights.h5");
        KerasFiles.saveWeights(model, file);
        return file;
    }

    private static Tensor kernel(Network m, String layer) {
        return m.layer(layer).variable("kernel").value();
    }

    @Test
    void headsOfOneShapeAreToldApartByTheirNames() {
        Model one = heads("a", 2, "b", 2);
        Model other = heads("b", 2, "a", 2);
        KerasFiles.loadWeights(other, saved(one));
        assertThat(kernel(other, "a").bitEquals(kernel(one, "a"))).isTrue();
        assertThat(kernel(other, "b").bitEquals(kernel(one, "b"))).isTrue();
        assertThat(kernel(other, "b").bitEquals(kernel(one, "a"))).isFalse();
    }

    @Test
    void nothingIsExchangedInSilence() {
        Model one = heads("a", 2, "b", 2);
        Model other = heads("b", 2, "c", 2);
        Path file = saved(one);
        Tensor before = kernel(other, "b").copy();
        assertThatThrownBy(() -> KerasFiles.loadWeights(other, file))
                .hasMessageContaining("in the place of 'b' the file has 'a'")
                .hasMessageContaining("LoadWeightsOptions.byName()");
        assertThat(kernel(other, "b").bitEquals(before)).isTrue();
        assertThat(KerasFiles.loadWeights(other, file, LoadWeightsOptions.byOrder()).isComplete())
                .isTrue();
        assertThat(kernel(other, "b").bitEquals(kernel(one, "a"))).isTrue();
        WeightReport report = KerasFiles.loadWeights(other, file, LoadWeightsOptions.byName());
        assertThat(kernel(other, "b").bitEquals(kernel(one, "b"))).isTrue();
        assertThat(report.missing()).containsExactly("c/kernel", "c/bias");
        assertThat(report.left()).containsExactly("a/0", "a/1");
    }

    /** Names that count the layers of a process say nothing: a second model has others. */
    @Test
    void automaticNamesDoNotCount() {
        Symbol x = Input.of(3);
        Model one = new Model(x, new Dense(3).apply(new Dense(3).named("dense_7").apply(x)));
        Symbol z = Input.of(3);
        Symbol first = new Dense(3).named("dense_6").apply(z);
        Model other = new Model(z, new Dense(3).named("dense_7").apply(first));
        KerasFiles.loadWeights(other, saved(one));
        assertThat(kernel(other, "dense_6").bitEquals(kernel(one, "dense_7"))).isTrue();
    }

    @Test
    void aNetWithAnotherHeadTakesTheTrunk() {
        Model one = heads("head", 2);
        Model other = heads("head", 5);
        Path file = saved(one);
        Tensor hidden = kernel(other, "hidden").copy();
        assertThatThrownBy(() -> KerasFiles.loadWeights(other, file, LoadWeightsOptions.byName()))
                .hasMessageContaining("head/kernel has shape (4, 5), the file has (4, 2)");
        assertThat(kernel(other, "hidden").bitEquals(hidden)).isTrue();
        for (LoadWeightsOptions options :
                List.of(LoadWeightsOptions.byName(), LoadWeightsOptions.byOrder())) {
            WeightReport report = KerasFiles.loadWeights(other, file, options.skippingMismatch());
            assertThat(kernel(other, "hidden").bitEquals(kernel(one, "hidden"))).isTrue();
            assertThat(report.taken())
                    .containsExactly(
                            "hidden/kernel",
                            "hidden/bias",
                            "bn/gamma",
                            "bn/beta",
                            "bn/moving_mean",
                            "bn/moving_variance");
            assertThat(report.skipped()).singleElement().asString().contains("head/kernel");
            assertThat(report.missing()).isEmpty();
            assertThat(report.isComplete()).isFalse();
        }
    }

    @Test
    void aTrunkAloneTakesItsPart() {
        Model one = heads("a", 2, "b", 2);
        Symbol x = Input.of(3);
        Model alone = new Model(x, trunk(x));
        WeightReport report =
                KerasFiles.loadWeights(alone, saved(one), LoadWeightsOptions.byName());
        assertThat(kernel(alone, "hidden").bitEquals(kernel(one, "hidden"))).isTrue();
        assertThat(report.missing()).isEmpty();
        assertThat(report.left()).hasSize(4);
        assertThat(report.toString()).contains("taken 6: hidden/kernel", "left in the file 4");
    }

    /** The legacy layout of Keras 2, where a nested model is one group. */
    @Test
    void theBaseOfANestedModelOfKeras2() throws IOException {
        Path file = folder.resolve("model.h5");
        try (InputStream in =
                getClass().getResourceAsStream("door/h5_nested_functional/model.h5")) {
            Files.copy(in, file);
        }
        Symbol x = Input.of(8, 8, 1);
        Layer conv = new Conv2D(4, 3).named("conv");
        Model base = new Model(x, conv.apply(x));
        WeightReport report = KerasFiles.loadWeights(base, file, LoadWeightsOptions.byName());
        assertThat(report.taken()).containsExactly("conv/kernel", "conv/bias");
        assertThat(report.left()).containsExactly("head/kernel", "head/bias");
        try (Model whole = KerasFiles.load(file)) {
            assertThat(kernel(base, "conv").bitEquals(kernel(whole, "base/conv"))).isTrue();
        }
    }

    /** A flat net takes the weights of a nested one, and predicts what that does. */
    /** Names are told apart whatever slashes are in them; each path is one of the file's. */
    @Test
    void slashesInNamesOfNestedModels() throws IOException {
        Path file = folder.resolve("model.h5");
        try (InputStream in = getClass().getResourceAsStream("door/h5_slashes/model.h5")) {
            Files.copy(in, file);
        }
        try (Model whole = KerasFiles.load(file);
                Model other = KerasFiles.load(file)) {
            other.setWeights(
                    other.getWeights().stream().map(w -> Tensor.full(w.shape(), 0)).toList());
            WeightReport report = KerasFiles.loadWeights(other, file, LoadWeightsOptions.byName());
            assertThat(report.taken()).hasSize(6).contains("base_net/block_first/kernel");
            assertThat(report.missing()).isEmpty();
            assertThat(report.left()).isEmpty();
            for (String layer : List.of("base_net/block_first", "base_net/block_second")) {
                assertThat(other.layer(layer).variable("kernel").value().floats())
                        .isEqualTo(whole.layer(layer).variable("kernel").value().floats());
            }
        }
    }

    @Test
    void aFlatNetTakesTheWeightsOfANestedOne() throws IOException {
        for (String name : List.of("model.h5", "x.npy", "y_keras.npy")) {
            try (InputStream in =
                    getClass().getResourceAsStream("door/h5_nested_functional/" + name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        Symbol x = Input.of(8, 8, 1);
        Symbol y = new Conv2D(4, 3).activation(ActivationFunction.RELU).named("conv").apply(x);
        y = new GlobalAveragePooling2D().apply(y);
        y = new Dense(2, ActivationFunction.SOFTMAX).named("head").apply(y);
        try (Model flat = new Model(x, y).on(Device.cpu())) {
            WeightReport report =
                    KerasFiles.loadWeights(
                            flat, folder.resolve("model.h5"), LoadWeightsOptions.byName());
            assertThat(report.isComplete()).isTrue();
            Tensor predicted = flat.predict(Npy.read(folder.resolve("x.npy")));
            Tensor expected = Npy.read(folder.resolve("y_keras.npy"));
            for (int i = 0; i < predicted.size(); i++) {
                assertThat(predicted.floats()[i]).isCloseTo(expected.floats()[i], within(1e-6f));
            }
        }
    }

    /**
     * Keras 2's names may have slashes, as every DenseNet's. Within a nested model they tell the
     * weights apart too, also where other layers are frozen than when it was saved.
     */
    @Test
    void namesWithSlashesTellWeightsApart() throws IOException {
        for (String name : List.of("model.h5", "x.npy", "y_keras.npy")) {
            try (InputStream in =
                    getClass().getResourceAsStream("door/h5_frozen_slashes/" + name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        Path file = folder.resolve("model.h5");
        Tensor x = Npy.read(folder.resolve("x.npy"));
        Tensor expected = Npy.read(folder.resolve("y_keras.npy"));
        try (Model model = KerasFiles.load(file).on(Device.cpu())) {
            Tensor y = model.predict(x);
            for (int i = 0; i < y.size(); i++) {
                assertThat(y.floats()[i]).isCloseTo(expected.floats()[i], within(1e-6f));
            }
            model.layer("base/conv1_conv").thaw();
            model.layer("base/conv2_conv").freeze();
            KerasFiles.loadWeights(model, file);
            assertThat(model.predict(x).bitEquals(y)).isTrue();
        }
    }
}
