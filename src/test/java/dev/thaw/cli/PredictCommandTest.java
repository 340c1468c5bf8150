package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Dataset;
import dev.thaw.data.Npy;
import dev.thaw.graph.Structure;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.Model;
import dev.thaw.model.MonteCarlo;
import dev.thaw.model.PredictOptions;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Predictions from files to files, against the same models in this process. */
class PredictCommandTest {
    @TempDir Path folder;
    private Path file;
    private Path x;
    private Path y;
    private Tensor rows;

    @BeforeEach
    void save() {
        file = SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
        rows = SmallModels.normal(1, SmallModels.ROWS, SmallModels.FEATURES);
        x = SmallModels.array(folder.resolve("x.npy"), rows);
        y = folder.resolve("y.npy");
    }

    private Tensor expected(Tensor input) {
        try (Model m = KerasFiles.load(file)) {
            return m.predict(input);
        }
    }

    @Test
    void predictsWhatTheModelDoes() {
        Outcome o = Outcome.of("predict", file, x, "-o", y).fine();
        assertThat(Npy.read(y).bitEquals(expected(rows))).isTrue();
        assertThat(o.out()).isEmpty();
        assertThat(o.err()).contains("y.npy: (20, 3)");
        assertThat(Outcome.of("predict", file, x, "-o", y, "-q").fine().err()).isEmpty();
    }

    @Test
    void theDeviceMayStandBeforeOrBehind() {
        Outcome.of("--device", "reference", "predict", file, x, "-o", y).fine();
        Tensor before = Npy.read(y);
        Outcome.of("predict", file, x, "-o", y, "--device", "reference").fine();
        assertThat(Npy.read(y).bitEquals(before)).isTrue();
        try (Model m = KerasFiles.load(file)) {
            Tensor reference = m.on(new dev.thaw.backend.spi.Device("reference", 0)).predict(rows);
            assertThat(before.bitEquals(reference)).isTrue();
        }
    }

    @Test
    void severalInputsAndOutputsGoInTheModelsOrder() {
        Path two = SmallModels.save(SmallModels.siblings(), folder.resolve("two.keras"));
        Tensor left = SmallModels.normal(5, 7, 2);
        Tensor right = SmallModels.normal(6, 7, 3);
        Path a = folder.resolve("a.npy");
        Path b = folder.resolve("b.npy");
        Path l = SmallModels.array(folder.resolve("l.npy"), left);
        Path r = SmallModels.array(folder.resolve("r.npy"), right);
        Outcome.of("predict", two, l, r, "-o", a, "-o", b, "--batch-size", "3").fine();
        try (Model m = KerasFiles.load(two)) {
            List<Tensor> wanted =
                    m.predict(Dataset.of(List.of(left, right)), PredictOptions.batchSize(3));
            assertThat(Npy.read(a).bitEquals(wanted.get(0))).isTrue();
            assertThat(Npy.read(b).bitEquals(wanted.get(1))).isTrue();
        }
        Outcome.of("predict", two, l, r, "-o", a).failed("2 outputs [first, second]", "got 1");
        Outcome.of("predict", two, l, "-o", a, "-o", b).failed("takes 2 inputs, got 1");
        Outcome.of("predict", two, l, x, "-o", a, "-o", b)
                .failed("input 1 has 20 rows, the first input has 7");
    }

    /** In any order by name; a dictionary takes nothing else, as its order is not its author's. */
    @Test
    void inputsAndOutputsGoByName() {
        Tensor left = SmallModels.normal(5, 7, 2);
        Tensor right = SmallModels.normal(6, 7, 3);
        Path l = SmallModels.array(folder.resolve("l.npy"), left);
        Path r = SmallModels.array(folder.resolve("r.npy"), right);
        Path a = folder.resolve("a.npy");
        Path b = folder.resolve("b.npy");
        for (boolean dictionary : new boolean[] {false, true}) {
            Model siblings = SmallModels.siblings();
            if (dictionary) {
                siblings.setStructures(
                        Structure.dictionary(List.of("left", "right")),
                        Structure.dictionary(List.of("first", "second")));
            }
            Path two = SmallModels.save(siblings, folder.resolve("two.keras"));
            Object[] named = {
                "predict", two, "right=" + r, "left=" + l, "-o", "second=" + b, "-o", "first=" + a
            };
            Outcome.of(named).fine();
            try (Model m = KerasFiles.load(two)) {
                Map<String, Tensor> wanted = m.predict(Map.of("left", left, "right", right));
                assertThat(Npy.read(a).bitEquals(wanted.get("first"))).isTrue();
                assertThat(Npy.read(b).bitEquals(wanted.get("second"))).isTrue();
            }
            Outcome.of("predict", two, "right=" + r, l, "-o", "first=" + a, "-o", "second=" + b)
                    .failed("X.npy: needs one file for each of [left, right] by its name");
            Outcome list = Outcome.of("predict", two, l, r, "-o", a, "-o", b);
            if (dictionary) {
                list.failed(
                        "needs one file for each of [left, right] by its name, as in left=FILE");
            } else {
                list.fine();
            }
        }
    }

    @Test
    void trainingNormalizesByTheBatchAndLeavesTheFileAlone() throws IOException {
        byte[] before = Files.readAllBytes(file);
        Outcome.of("predict", file, x, "-o", y, "--training", "--seed", "9").fine();
        Tensor whole = Npy.read(y);
        Outcome.of("predict", file, x, "-o", y, "--training", "--seed", "9", "--batch-size", 8)
                .fine();
        Tensor parts = Npy.read(y);
        RandomSeed.set(9);
        try (Model m = KerasFiles.load(file)) {
            assertThat(whole.bitEquals(m.call(rows, Mode.TRAINING))).isTrue();
        }
        RandomSeed.set(9);
        try (Model m = KerasFiles.load(file)) {
            for (int from = 0; from < SmallModels.ROWS; from += 8) {
                int to = Math.min(SmallModels.ROWS, from + 8);
                Tensor part = m.call(rows.rows(from, to), Mode.TRAINING);
                assertThat(parts.rows(from, to).bitEquals(part)).isTrue();
            }
        }
        assertThat(whole.bitEquals(expected(rows))).isFalse();
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void monteCarloWritesMeanAndDeviation() {
        Path s = folder.resolve("s.npy");
        Outcome.of("predict", file, x, "-o", y, "--monte-carlo", 6, "--deviation", s, "--seed", 2)
                .fine();
        RandomSeed.set(2);
        try (Model m = KerasFiles.load(file)) {
            MonteCarlo wanted = m.predictMonteCarlo(rows, 6);
            assertThat(Npy.read(y).bitEquals(wanted.mean())).isTrue();
            assertThat(Npy.read(s).bitEquals(wanted.standardDeviation())).isTrue();
        }
    }

    @Test
    void wholeNumbersAndDoublesBecomeWhatTheModelTakes() throws IOException {
        int n = 2 * SmallModels.FEATURES;
        float[] same = new float[n];
        long[] longs = new long[n];
        double[] doubles = new double[n];
        for (int i = 0; i < n; i++) {
            longs[i] = i - 3;
            same[i] = i - 3;
            doubles[i] = i - 3;
        }
        Tensor wanted = expected(Tensor.of(same, 2, SmallModels.FEATURES));
        SmallModels.array(x, Tensor.of(longs, Shape.of(2, SmallModels.FEATURES)));
        Outcome.of("predict", file, x, "-o", y).fine();
        assertThat(Npy.read(y).bitEquals(wanted)).isTrue();
        Files.write(x, npy(doubles, 2, SmallModels.FEATURES));
        Outcome.of("predict", file, x, "-o", y).fine();
        assertThat(Npy.read(y).bitEquals(wanted)).isTrue();
    }

    @Test
    void numbersThatDoNotFitAreRefused() throws IOException {
        double[] values = new double[2 * SmallModels.FEATURES];
        values[6] = 1e300;
        Files.write(x, npy(values, 2, SmallModels.FEATURES));
        Outcome.of("predict", file, x, "-o", y).failed("x.npy: holds Infinity first at [1, 2]");
        values[6] = Double.NaN;
        Files.write(x, npy(values, 2, SmallModels.FEATURES));
        Outcome.of("predict", file, x, "-o", y).failed("x.npy: holds NaN first at [1, 2]");
        assertThat(y).doesNotExist();
    }

    /** NumPy's version 1 of float64, which Thaw reads and does not write. */
    private static byte[] npy(double[] values, int rows, int columns) throws IOException {
        String header =
                String.format(
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }",
                        rows, columns);
        byte[] text =
                (header + " ".repeat(117 - header.length()) + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        body.asDoubleBuffer().put(values);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
        out.write(text);
        out.write(body.array());
        return out.toByteArray();
    }

    @Test
    void badInputsAreOneLine() throws IOException {
        Path nix = folder.resolve("nix.npy");
        Outcome.of("predict", folder.resolve("nix.keras"), x, "-o", y)
                .failed("thaw predict: ", "nix.keras: there is no such file");
        Outcome.of("predict", folder, x, "-o", y).failed("is a folder");
        Outcome.of("predict", file, nix, "-o", y).failed("nix.npy: there is no such file");
        Outcome.of("predict", file, file, "-o", y).failed("m.keras");
        Outcome.of("predict", x, x, "-o", y).failed("x.npy");
        Outcome.of("predict", file, x, "-o", folder.resolve("no/y.npy"))
                .failed("the folder", "does not exist");
        Outcome.of("predict", file, x, "-o", Files.createDirectory(folder.resolve("d.npy")))
                .failed("d.npy: is a folder");
        SmallModels.array(x, SmallModels.normal(1, 3, 5));
        Outcome.of("predict", file, x, "-o", y)
                .failed("input features expects (None, 4), got (3, 5)");
        SmallModels.array(x, SmallModels.normal(1, 0, 4));
        Outcome.of("predict", file, x, "-o", y).failed("empty batch");
        SmallModels.array(x, Tensor.scalar(1f));
        Outcome.of("predict", file, x, "-o", y, "--training").failed("input 0 is a single number");
    }

    @Test
    void damagedFilesAreOneLine() throws IOException {
        byte[] model = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(model, model.length / 2));
        Outcome.of("predict", file, x, "-o", y).failed("m.keras");
        Files.write(file, new byte[0]);
        Outcome.of("predict", file, x, "-o", y).failed("m.keras");
        file = SmallModels.save(SmallModels.classifier(), file);
        byte[] array = Files.readAllBytes(x);
        Files.write(x, java.util.Arrays.copyOf(array, array.length - 5));
        Outcome.of("predict", file, x, "-o", y).failed("x.npy");
        Files.writeString(x, "1,2,3,4\n");
        Outcome.of("predict", file, x, "-o", y).failed("x.npy");
    }

    @Test
    void wrongUsageIsRefused() {
        Outcome.of("predict", file, x).refused("--output");
        Outcome.of("predict", file, "-o", y).refused("X.npy");
        Outcome.of("predict", file, x, "-o", folder.resolve("y.txt")).refused("must end in .npy");
        Outcome.of("predict", file, x, "-o", y, "--batch-size", 0).refused("at least 1, got '0'");
        Outcome.of("predict", file, x, "-o", y, "--monte-carlo", 1).refused("at least 2");
        Outcome.of("predict", file, x, "-o", y, "--monte-carlo", 4, "--training")
                .refused("exclude each other");
        Outcome.of("predict", file, x, "-o", y, "--deviation", y)
                .refused("goes with --monte-carlo");
    }

    @Test
    void aStackTraceComesOnRequestOnly() {
        Path nix = folder.resolve("nix.keras");
        Outcome.of("predict", nix, x, "-o", y).failed("nix.keras");
        Outcome o = Outcome.of("predict", nix, x, "-o", y, "--stacktrace");
        assertThat(o.code()).isEqualTo(1);
        assertThat(o.err()).contains("\tat dev.thaw.cli.");
    }
}
