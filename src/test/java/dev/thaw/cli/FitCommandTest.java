package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Training from files to files, against the same models in this process. */
class FitCommandTest {
    private static final String LOSS = "sparse_categorical_crossentropy";

    @TempDir Path folder;
    private Path file;
    private Path out;
    private Path x;
    private Path y;
    private final Tensor rows = SmallModels.normal(1, SmallModels.ROWS, SmallModels.FEATURES);
    private final Tensor labels = SmallModels.classes();

    @BeforeEach
    void save() {
        file = SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
        out = folder.resolve("out.keras");
        x = SmallModels.array(folder.resolve("x.npy"), rows);
        y = SmallModels.array(folder.resolve("y.npy"), labels);
    }

    private Outcome fit(Object... more) {
        List<Object> args = new ArrayList<>(List.of("fit", file, "--x", x, "--y", y, "-o", out));
        args.addAll(Arrays.asList(more));
        return Outcome.of(args.toArray());
    }

    @Test
    void fitIsWhatTheModelDoes() throws IOException {
        Path h = folder.resolve("h.json");
        Outcome o =
                fit(
                                "--optimizer",
                                "adam",
                                "--lr",
                                ".01",
                                "--loss",
                                LOSS,
                                "--metric",
                                "accuracy",
                                "--epochs",
                                3,
                                "--batch-size",
                                6,
                                "--seed",
                                5,
                                "--validation-split",
                                ".25",
                                "--history",
                                h)
                        .fine();
        RandomSeed.set(5);
        try (Model wanted = KerasFiles.load(file);
                Model got = KerasFiles.load(out)) {
            wanted.compile(
                    new Adam(.01), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
            History history =
                    wanted.fit(
                            rows,
                            labels,
                            FitOptions.epochs(3)
                                    .withBatchSize(6)
                                    .withSeed(5)
                                    .withValidationSplit(.25)
                                    .withVerbosity(FitOptions.Verbosity.SILENT));
            SmallModels.requireSame(wanted, got);
            JsonNode json = new ObjectMapper().readTree(h.toFile());
            assertThat(json.fieldNames())
                    .toIterable()
                    .containsExactly("loss", "accuracy", "val_loss", "val_accuracy");
            for (String name : List.of("loss", "accuracy", "val_loss", "val_accuracy")) {
                List<Double> curve = new ArrayList<>();
                json.get(name).forEach(v -> curve.add(v.doubleValue()));
                assertThat(curve).isEqualTo(history.get(name));
            }
            assertThat(o.out()).contains("loss: " + (float) history.last("loss"), "val_accuracy: ");
            assertThat(o.out().lines()).hasSize(4);
        }
        assertThat(o.err()).contains("Epoch 3/3", "out.keras");
    }

    @Test
    void orderAndBatchesAreAsTold() {
        fit("--optimizer", "sgd", "--loss", LOSS, "--no-shuffle", "--seed", 8, "-q").fine();
        RandomSeed.set(8);
        try (Model wanted = KerasFiles.load(file);
                Model got = KerasFiles.load(out)) {
            wanted.compile(new SGD(), new SparseCategoricalCrossentropy());
            wanted.trainOnBatch(rows, labels);
            SmallModels.requireSame(wanted, got);
        }
    }

    @Test
    void frozenLayersStayAndTheirFlagsAreSaved() {
        fit("--optimizer", "adam", "--loss", LOSS, "--freeze", "*", "--thaw", "head").fine();
        try (Model before = KerasFiles.load(file);
                Model after = KerasFiles.load(out)) {
            for (String name : List.of("hidden", "bn", "head")) {
                List<Tensor> a = before.layer(name).getWeights();
                List<Tensor> b = after.layer(name).getWeights();
                boolean same = true;
                for (int i = 0; i < a.size(); i++) {
                    same &= a.get(i).bitEquals(b.get(i));
                }
                assertThat(same).as(name).isEqualTo(!name.equals("head"));
                assertThat(after.layer(name).trainable()).as(name).isEqualTo(name.equals("head"));
            }
        }
    }

    @Test
    void progressIsOnTheStandardErrorUnlessQuiet() {
        Outcome loud = fit("--optimizer", "sgd", "--loss", LOSS, "--epochs", 2).fine();
        assertThat(loud.err()).contains("20 rows", "83 of 99 parameters trainable", "Epoch 2/2");
        assertThat(loud.out()).matches("loss: \\S+\\s+");
        Outcome quiet = fit("--optimizer", "sgd", "--loss", LOSS, "-q").fine();
        assertThat(quiet.err()).isEmpty();
        assertThat(quiet.out()).matches("loss: \\S+\\s+");
        assertThat(fit("--optimizer", "sgd", "--loss", LOSS, "--epochs", 0).fine().out()).isEmpty();
    }

    @Test
    void classNumbersMayComeAsOtherNumbers() {
        long[] longs = new long[SmallModels.ROWS];
        float[] floats = new float[SmallModels.ROWS];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = i % SmallModels.CLASSES;
            floats[i] = longs[i];
        }
        Object[] options = {"--optimizer", "sgd", "--loss", LOSS, "--seed", 1};
        String wanted = fit(options).fine().out();
        SmallModels.array(y, Tensor.of(longs, Shape.of(SmallModels.ROWS, 1)));
        assertThat(fit(options).fine().out()).isEqualTo(wanted);
        SmallModels.array(y, Tensor.of(floats));
        assertThat(fit(options).fine().out()).isEqualTo(wanted);
    }

    @Test
    void classNumbersThatAreNoneAreRefused() {
        Object[] options = {"--optimizer", "sgd", "--loss", LOSS};
        float[] floats = new float[SmallModels.ROWS];
        floats[2] = .5f;
        SmallModels.array(y, Tensor.of(floats));
        fit(options).failed("y.npy: must hold whole numbers of int32", "0.5 at [2]");
        floats[2] = Float.NaN;
        SmallModels.array(y, Tensor.of(floats));
        fit(options).failed("y.npy", "NaN at [2]");
        long[] longs = new long[SmallModels.ROWS];
        longs[4] = 1L << 32;
        SmallModels.array(y, Tensor.of(longs, Shape.of(SmallModels.ROWS)));
        fit(options).failed("y.npy", "4294967296 at [4]");
        longs[4] = 3;
        SmallModels.array(y, Tensor.of(longs, Shape.of(SmallModels.ROWS)));
        fit(options).failed("labels must be in [0, 3)", "got 3 in sample 4");
        assertThat(out).doesNotExist();
    }

    @Test
    void anUncompiledFileNeedsTheOptions() {
        fit().failed("m.keras: the model was saved without compiling it; give --optimizer");
        fit("--optimizer", "adam").failed("give --loss");
        Outcome.of("evaluate", file, "--x", x, "--y", y).failed("give --loss");
    }

    @Test
    void badInputsAreOneLineAndWriteNothing() throws IOException {
        Object[] good = {"--optimizer", "sgd", "--loss", LOSS};
        SmallModels.array(x, SmallModels.normal(1, 20, 5));
        fit(good).failed("input features expects (None, 4), got (20, 5)");
        SmallModels.array(x, SmallModels.normal(1, 19, 4));
        fit(good).failed("data: target 0 has 20 rows, the first input has 19");
        Tensor nan = SmallModels.normal(1, 20, 4);
        nan.floats()[9] = Float.NaN;
        SmallModels.array(x, nan);
        fit(good).failed("x.npy: holds NaN first at [2, 1]");
        SmallModels.array(x, rows);
        fit("--optimizer", "sgd", "--loss", LOSS, "--freeze", "block_*")
                .failed("no layer matches matching(block_*)", "hidden");
        fit("--optimizer", "sgd", "--loss", LOSS, "--thaw", "from:block")
                .failed("no layer is called 'block'");
        fit("--optimizer", "sgd", "--loss", LOSS, "--validation-split", ".999")
                .failed("validation_split");
        fit("--optimizer", "sgd", "--loss", "mse").failed("must have shape");
        assertThat(out).doesNotExist();
        Path h = folder.resolve("no/h.json");
        fit("--optimizer", "sgd", "--loss", LOSS, "--history", h).failed("does not exist");
        assertThat(out).doesNotExist();
        out = folder.resolve("no/out.keras");
        fit(good).failed("out.keras: the folder", "does not exist; create it first");
        out = Files.createDirectory(folder.resolve("d.keras"));
        fit(good).failed("d.keras: is a folder");
    }

    @Test
    void aLossThatExplodesFailsAndWritesNothing() {
        fit("--optimizer", "sgd", "--loss", LOSS, "--lr", "1e38", "--epochs", 5, "-q")
                .failed("loss");
        assertThat(out).doesNotExist();
    }

    @Test
    void wrongUsageIsRefused() {
        fit("--optimizer", "adamant").refused("there is no optimizer 'adamant'", "AdamW");
        fit("--loss", "mess").refused("'mess'");
        fit("--metric", "beauty").refused("'beauty'");
        fit("--lr", "-1").refused("finite and at least 0, got '-1'");
        fit("--lr", "NaN").refused("got 'NaN'");
        fit("--epochs", "-1").refused("at least 0");
        fit("--epochs", "many").refused("got 'many'");
        fit("--validation-split", "1").refused("[0, 1)");
        out = folder.resolve("out.h5");
        fit("--optimizer", "adam", "--loss", LOSS).refused("must end in .keras");
    }

    @Test
    void weightsMayBeWrittenAlone() {
        out = folder.resolve("out.weights.h5");
        Path whole = folder.resolve("whole.keras");
        fit("--optimizer", "adam", "--loss", LOSS, "--seed", 3).fine();
        Outcome.of("convert", out, whole, "--model", file).fine();
        out = folder.resolve("out.keras");
        fit("--optimizer", "adam", "--loss", LOSS, "--seed", 3).fine();
        try (Model a = KerasFiles.load(whole);
                Model b = KerasFiles.load(out)) {
            SmallModels.requireSame(a, b);
        }
    }
}
