package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Device;
import dev.thaw.file.FileFormatException;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Models that are legal and unusual, and what a user may do wrong with good ones. */
class OddModelsTest {
    @TempDir Path folder;

    /** Saves a model, edits its configuration, and reads it. */
    private Model edited(Model model, UnaryOperator<String> edit) throws IOException {
        return KerasFiles.load(rewritten(model, edit));
    }

    private Path rewritten(Model model, UnaryOperator<String> edit) throws IOException {
        Path file = folder.resolve("whole.keras");
        Path changed = folder.resolve("edited.keras");
        KerasFiles.save(model, file);
        try (ZipFile in = new ZipFile(file.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (ZipEntry e : in.stream().toList()) {
                byte[] content = in.getInputStream(e).readAllBytes();
                if (e.getName().equals("config.json")) {
                    String before = new String(content, StandardCharsets.UTF_8);
                    String after = edit.apply(before);
                    assertThat(after).isNotEqualTo(before);
                    content = after.getBytes(StandardCharsets.UTF_8);
                }
                out.putNextEntry(new ZipEntry(e.getName()));
                out.write(content);
            }
        }
        return changed;
    }

    private static Model dense() {
        Symbol x = Input.of(5);
        return new Model(x, new Dense(3).named("d").apply(x));
    }

    private static void takesAnyBatch(Model model) {
        assertThat(model.inputs().get(0).shape()).isEqualTo(Shape.of(Shape.NONE, 5));
        assertThat(model.predict(Tensor.zeros(Shape.of(7, 5), DType.FLOAT32)).shape())
                .isEqualTo(Shape.of(7, 3));
    }

    @Test
    void inputsThatRememberABatchTakeAnyOther() throws IOException {
        takesAnyBatch(edited(dense(), c -> c.replace("[null,5]", "[8,5]")));
        takesAnyBatch(
                edited(new Sequential(Input.of(5), new Dense(3)), c -> c.replace("null,5", "8,5")));
        // as Keras 2 wrote it: no input layer, the shape in the first layer
        takesAnyBatch(
                edited(
                        new Sequential(Input.of(5), new Dense(3)),
                        c -> {
                            int at =
                                    c.indexOf(
                                            "{\"module\":\"keras.layers\",\"class_name\":\"Input");
                            int end =
                                    c.indexOf(
                                            "{\"module\":\"keras.layers\",\"class_name\":\"Dense");
                            return (c.substring(0, at) + c.substring(end))
                                    .replace(
                                            "\"units\":3",
                                            "\"units\":3,\"batch_input_shape\":[8,5]");
                        }));
    }

    @Test
    void readsTheListOfLayersThatKeras20Wrote() throws IOException {
        Model model =
                edited(
                        new Sequential(Input.of(5), new Dense(3)),
                        c -> {
                            int at = c.indexOf("\"layers\":[") + 9;
                            String rows = c.substring(at, c.indexOf("],\"build_input_shape\"") + 1);
                            return "{\"class_name\":\"Sequential\",\"config\":" + rows + "}";
                        });
        takesAnyBatch(model);
    }

    @Test
    void refusesToSaveWeightsThatAreNotThereYet() {
        Path file = folder.resolve("x.weights.h5");
        assertThatThrownBy(() -> KerasFiles.saveWeights(new Sequential(new Dense(3)), file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("build it");
        assertThat(file).doesNotExist();
    }

    /** Each kind of option asks for what has no default: a text once went by as null. */
    @Test
    void refusesAnInputWithoutAName() {
        String entry = "\"name\":\"left\"";
        Symbol x = Input.named("left", 5);
        Model model = new Model(x, new Dense(3).named("d").apply(x));
        for (String instead : new String[] {"\"nam\":\"left\"", "\"name\":null"}) {
            assertThatThrownBy(() -> edited(model, c -> inConfig(c, entry, instead)))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("layers[0]")
                    .hasMessageContaining("name must be given");
        }
    }

    /** The first entry after the first "config" of a layer is replaced. */
    private static String inConfig(String json, String entry, String instead) {
        int config = json.indexOf("\"config\":", json.indexOf("InputLayer"));
        int at = json.indexOf(entry, config);
        assertThat(at).isPositive();
        return json.substring(0, at) + instead + json.substring(at + entry.length());
    }

    @Test
    void compilesOnlyWithAnOptimizer() {
        for (String config : new String[] {"{}", "{\"optimizer\":5,\"loss\":\"mse\"}"}) {
            assertThatThrownBy(() -> KerasFiles.compile(dense(), config))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("optimizer");
        }
    }

    @Test
    void refusesAFactoryThatMakesNothing() {
        Path file = folder.resolve("d.keras");
        KerasFiles.save(dense(), file);
        assertThatThrownBy(() -> KerasFiles.withLayer("Dense", c -> null).read(file))
                .isInstanceOf(FileFormatException.class)
                .hasMessageContaining("layers[1]")
                .hasMessageContaining("factory of Dense");
        assertThatThrownBy(() -> KerasFiles.withLayer(null, c -> new Dense(1)))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void readsAModelWithoutHowItWasCompiled() throws IOException {
        Model model = dense();
        model.compile(new Adam(.01), new MeanSquaredError());
        UnaryOperator<String> muon =
                c -> c.replace("\"class_name\":\"Adam\"", "\"class_name\":\"Muon\"");
        Path file = rewritten(model, muon);
        assertThat(KerasFiles.load(file).compilation()).isEmpty();
        Model read = KerasFiles.withoutCompilation().read(file);
        assertThat(read.compilation()).isEmpty();
        assertThat(read.weights().get(0).variable().value().floats())
                .isEqualTo(model.weights().get(0).variable().value().floats());
        AtomicInteger made = new AtomicInteger();
        KerasFiles.withoutCompilation()
                .andLayer(
                        "Dense",
                        c -> {
                            made.incrementAndGet();
                            return new Dense((Integer) c.get("units"));
                        })
                .read(file);
        assertThat(made).hasValue(1);
    }

    /** In .h5, x * 2 looks like the layer Multiply, called with a tensor and 2. */
    @Test
    void refusesConstantsInTheCallOfALayer() {
        Symbol x = Input.of(5);
        Model model = new Model(x, new Multiply().apply(List.of(x, x)));
        for (String constant : new String[] {"2.0", "\"abc\"", "true"}) {
            assertThatThrownBy(
                            () ->
                                    edited(
                                            model,
                                            c -> {
                                                int at = c.indexOf("\"args\":[[") + 8;
                                                int end = c.indexOf("\"kwargs\"", at) - 2;
                                                String one =
                                                        c.substring(
                                                                at + 1, c.indexOf("]}},", at) + 3);
                                                return c.substring(0, at)
                                                        + one
                                                        + ","
                                                        + constant
                                                        + c.substring(end);
                                            }))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("multiply")
                    .hasMessageContaining("got also " + constant);
        }
    }

    @Test
    void namesTheLayerThatComputesInAnotherType() {
        for (String type : new String[] {"int8", "mixed_int4"}) {
            assertThatThrownBy(
                            () ->
                                    edited(
                                            dense(),
                                            c -> c.replace("\"float32\"},", "\"" + type + "\"},")))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("'d'")
                    .hasMessageContaining(type);
        }
    }

    /**
     * All weights are equal after each step, by symmetry: a file with two values mixes two steps.
     */
    @Test
    void savesOneMomentWhileAnotherThreadTrains() throws InterruptedException {
        int n = 1000;
        Symbol x = Input.of(n);
        Dense layer = new Dense(n).useBias(false).kernelInitializer(Initializer.zeros());
        Model model = new Model(x, layer.apply(x)).on(Device.cpu());
        model.compile(new Adam(.001), new MeanSquaredError());
        Tensor ones = Tensor.zeros(Shape.of(8, n), DType.FLOAT32);
        Arrays.fill(ones.floats(), 1);
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(3);
        Thread training =
                new Thread(
                        () -> {
                            while (!stop.get()) {
                                model.trainOnBatch(ones, ones);
                                begun.countDown();
                            }
                        });
        training.start();
        begun.await();
        Path file = folder.resolve("moment.keras");
        try {
            for (int i = 0; i < 12; i++) {
                KerasFiles.save(model, file);
                float[] kernel = KerasFiles.load(file).weights().get(0).variable().value().floats();
                float[] same = new float[kernel.length];
                Arrays.fill(same, kernel[0]);
                assertThat(Arrays.equals(kernel, same)).as("save " + i).isTrue();
            }
        } finally {
            stop.set(true);
            training.join();
            model.close();
        }
    }
}
