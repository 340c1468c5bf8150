package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.FitOptions;
import dev.thaw.train.History;
import dev.thaw.train.TrainingData;
import dev.thaw.train.loss.MeanAbsoluteError;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Accuracy;
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
import java.util.Map;
import java.util.Optional;

/** Training and evaluating from files to files, against the same models in this process. */
class TrainingCommandsTest {
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

    private static void same(Model a, Model b) {
        List<Tensor> left = a.getWeights();
        List<Tensor> right = b.getWeights();
        assertThat(left).hasSameSizeAs(right);
        for (int i = 0; i < left.size(); i++) {
            assertThat(left.get(i).bitEquals(right.get(i))).as("weight %d", i).isTrue();
        }
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
            wanted.compile(new Adam(.01), new SparseCategoricalCrossentropy(), new Accuracy());
            History history =
                    wanted.fit(
                            rows,
                            labels,
                            FitOptions.epochs(3)
                                    .withBatchSize(6)
                                    .withSeed(5)
                                    .withValidationSplit(.25)
                                    .withVerbosity(FitOptions.Verbosity.SILENT));
            same(wanted, got);
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
            same(wanted, got);
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
        fit(options).failed("labels must be in [0, 3)", "got 3 in row 4");
        assertThat(out).doesNotExist();
    }

    @Test
    void sampleWeightsCount() {
        float[] weights = new float[SmallModels.ROWS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i;
        }
        Path w = SmallModels.array(folder.resolve("w.npy"), Tensor.of(weights, 20, 1));
        Outcome o =
                Outcome.of(
                                "evaluate",
                                file,
                                "--x",
                                x,
                                "--y",
                                y,
                                "--loss",
                                LOSS,
                                "--sample-weight",
                                w)
                        .fine();
        try (Model m = KerasFiles.load(file)) {
            m.compile(new SGD(), new SparseCategoricalCrossentropy());
            Map<String, Double> wanted =
                    m.evaluate(
                            new TrainingData(List.of(rows), List.of(labels), Optional.of(weights)),
                            32);
            assertThat(o.out())
                    .isEqualToNormalizingNewlines(
                            "loss: " + wanted.get("loss").floatValue() + "\n");
        }
        SmallModels.array(w, SmallModels.normal(1, 20, 2));
        fit("--optimizer", "sgd", "--loss", LOSS, "--sample-weight", w)
                .failed("w.npy: must hold one number per row, got shape (20, 2)");
        SmallModels.array(w, SmallModels.normal(1, 19));
        fit("--optimizer", "sgd", "--loss", LOSS, "--sample-weight", w)
                .failed("sample_weight has 19 rows, the first input has 20");
    }

    @Test
    void evaluatePrintsNumbersOrJson() throws IOException {
        Object[] args = {
            "evaluate", file, "--x", x, "--y", y, "--loss", LOSS, "--metric", "accuracy"
        };
        Outcome o = Outcome.of(args).fine();
        Object[] withJson = Arrays.copyOf(args, args.length + 1);
        withJson[args.length] = "--json";
        JsonNode json = new ObjectMapper().readTree(Outcome.of(withJson).fine().out());
        try (Model m = KerasFiles.load(file)) {
            m.compile(new SGD(), new SparseCategoricalCrossentropy(), new Accuracy());
            Map<String, Double> wanted = m.evaluate(rows, labels);
            assertThat(o.out().lines())
                    .containsExactly(
                            "loss: " + wanted.get("loss").floatValue(),
                            "accuracy: " + wanted.get("accuracy").floatValue());
            assertThat(json.get("loss").doubleValue()).isEqualTo(wanted.get("loss"));
            assertThat(json.get("accuracy").doubleValue()).isEqualTo(wanted.get("accuracy"));
        }
    }

    @Test
    void severalOutputsMayHaveOneLossOrSeveral() {
        Path two = SmallModels.save(SmallModels.siblings(), folder.resolve("two.keras"));
        Tensor left = SmallModels.normal(5, 7, 2);
        Tensor right = SmallModels.normal(6, 7, 3);
        Tensor first = SmallModels.normal(7, 7, 1);
        Tensor second = SmallModels.normal(8, 7, 2);
        List<Object> list = siblings(two);
        list.add(0, "evaluate");
        list.addAll(List.of("--loss", "mse"));
        Object[] args = list.toArray();
        String one = Outcome.of(args).fine().out();
        Object[] more = Arrays.copyOf(args, args.length + 2);
        more[args.length] = "--loss";
        more[args.length + 1] = "mse";
        assertThat(Outcome.of(more).fine().out()).isEqualTo(one);
        try (Model m = KerasFiles.load(two)) {
            m.compile(
                    Compilation.of(
                            new SGD(), List.of(new MeanSquaredError(), new MeanSquaredError())));
            Map<String, Double> wanted =
                    m.evaluate(
                            new TrainingData(
                                    List.of(left, right), List.of(first, second), Optional.empty()),
                            32);
            assertThat(one.lines().toList())
                    .containsExactlyElementsOf(
                            wanted.entrySet().stream()
                                    .map(e -> e.getKey() + ": " + e.getValue().floatValue())
                                    .toList());
        }
        Object[] three = Arrays.copyOf(more, more.length + 2);
        three[more.length] = "--loss";
        three[more.length + 1] = "mae";
        Outcome.of(three).failed("siblings: has 2 outputs, got 3 losses");
    }

    /** The siblings' data as options. */
    private List<Object> siblings(Path model) {
        List<Object> args = new ArrayList<>(List.of(model));
        int[] widths = {2, 3, 1, 2};
        for (int i = 0; i < widths.length; i++) {
            args.add(i < 2 ? "--x" : "--y");
            Tensor t = SmallModels.normal(5 + i, 7, widths[i]);
            args.add(SmallModels.array(folder.resolve("data" + i + ".npy"), t));
        }
        return args;
    }

    private Outcome fitSiblings(Path from, Path to, Object... more) {
        List<Object> args = siblings(from);
        args.add(0, "fit");
        args.addAll(List.of("-o", to, "--batch-size", 3, "--no-shuffle"));
        args.addAll(Arrays.asList(more));
        return Outcome.of(args.toArray()).fine();
    }

    @Test
    void aCompiledFileGoesOnWhereItStopped() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Object[] adam = {"--optimizer", "adam", "--loss", "mse", "--metric", "mae"};
        Path whole = folder.resolve("whole.keras");
        Path half = folder.resolve("half.keras");
        Path rest = folder.resolve("rest.keras");
        Object[] twice = Arrays.copyOf(adam, adam.length + 2);
        twice[adam.length] = "--epochs";
        twice[adam.length + 1] = 2;
        Outcome wanted = fitSiblings(start, whole, twice);
        fitSiblings(start, half, adam);
        assertThat(fitSiblings(half, rest).out()).isEqualTo(wanted.out());
        try (Model a = KerasFiles.load(whole);
                Model b = KerasFiles.load(rest)) {
            same(a, b);
            assertThat(b.compilation().orElseThrow().optimizer().iterations()).isEqualTo(6);
        }
    }

    @Test
    void theRateOrTheLossAloneKeepTheOptimizersState() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Path half = folder.resolve("half.keras");
        Path got = folder.resolve("got.keras");
        fitSiblings(start, half, "--optimizer", "adam", "--loss", "mse");
        fitSiblings(half, got, "--lr", ".5", "--loss", "mae");
        try (Model a = KerasFiles.load(half);
                Model b = KerasFiles.load(got)) {
            Compilation c = a.compilation().orElseThrow();
            c.optimizer().setLearningRate(.5);
            a.compile(
                    Compilation.of(
                            c.optimizer(),
                            List.of(new MeanAbsoluteError(), new MeanAbsoluteError())));
            List<Tensor> data = new ArrayList<>();
            int[] widths = {2, 3, 1, 2};
            for (int i = 0; i < widths.length; i++) {
                data.add(SmallModels.normal(5 + i, 7, widths[i]));
            }
            a.fit(
                    new TrainingData(data.subList(0, 2), data.subList(2, 4), Optional.empty()),
                    FitOptions.epochs(1)
                            .withBatchSize(3)
                            .withShuffle(false)
                            .withVerbosity(FitOptions.Verbosity.SILENT));
            same(a, b);
            assertThat(b.compilation().orElseThrow().optimizer().iterations()).isEqualTo(6);
        }
    }

    @Test
    void aCompiledFileIsEvaluatedByItsOwnLoss() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Path compiled = folder.resolve("compiled.keras");
        fitSiblings(start, compiled, "--optimizer", "sgd", "--loss", "mse", "--metric", "mae");
        List<Object> own = siblings(compiled);
        own.add(0, "evaluate");
        List<Object> named = new ArrayList<>(own);
        named.addAll(List.of("--loss", "mse", "--metric", "mae"));
        String out = Outcome.of(own.toArray()).fine().out();
        assertThat(out).contains("first_loss: ", "second_mae: ");
        assertThat(Outcome.of(named.toArray()).fine().out()).isEqualTo(out);
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
        fit("--optimizer", "adamant").refused("there is no 'adamant'", "adamw");
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
            same(a, b);
        }
    }
}
