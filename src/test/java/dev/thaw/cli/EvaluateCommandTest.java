package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.data.TensorDataset;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loss and metrics of files, against the same models in this process. */
class EvaluateCommandTest {
    private static final String LOSS = "sparse_categorical_crossentropy";

    @TempDir Path folder;
    private Path file;
    private Path x;
    private Path y;
    private final Tensor rows = SmallModels.normal(1, SmallModels.ROWS, SmallModels.FEATURES);
    private final Tensor labels = SmallModels.classes();

    @BeforeEach
    void save() {
        file = SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
        x = SmallModels.array(folder.resolve("x.npy"), rows);
        y = SmallModels.array(folder.resolve("y.npy"), labels);
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
                            new TensorDataset(List.of(rows), List.of(labels), Optional.of(weights)),
                            EvaluateOptions.batchSize(32));
            assertThat(o.out())
                    .isEqualToNormalizingNewlines(
                            "loss: " + wanted.get("loss").floatValue() + "\n");
        }
        SmallModels.array(w, SmallModels.normal(1, 20, 2));
        Outcome.of("evaluate", file, "--x", x, "--y", y, "--loss", LOSS, "--sample-weight", w)
                .failed("sample_weight must have a number per row", "(20, 2)");
        SmallModels.array(w, SmallModels.normal(1, 19));
        Outcome.of("evaluate", file, "--x", x, "--y", y, "--loss", LOSS, "--sample-weight", w)
                .failed("sample_weight has 19 rows, the first input has 20");
    }

    @Test
    void eachOutputMayHaveItsSampleWeights() {
        Path two = SmallModels.save(SmallModels.siblings(), folder.resolve("two.keras"));
        Tensor a = SmallModels.normal(11, 7);
        Tensor b = SmallModels.normal(12, 7);
        List<Object> args = SmallModels.siblingsOptions(two, folder);
        args.add(0, "evaluate");
        args.addAll(List.of("--loss", "mse"));
        args.addAll(List.of("--sample-weight", SmallModels.array(folder.resolve("a.npy"), a)));
        args.addAll(List.of("--sample-weight", SmallModels.array(folder.resolve("b.npy"), b)));
        try (Model m = KerasFiles.load(two)) {
            m.compile(
                    Compilation.of(
                            new SGD(), List.of(new MeanSquaredError(), new MeanSquaredError())));
            double wanted =
                    m.evaluate(
                                    new TensorDataset(
                                            SmallModels.siblingsData().subList(0, 2),
                                            SmallModels.siblingsData().subList(2, 4),
                                            List.of(Optional.of(a), Optional.of(b))),
                                    EvaluateOptions.batchSize(32))
                            .get("loss");
            assertThat(Outcome.of(args.toArray()).fine().out())
                    .startsWith("loss: " + (float) wanted);
        }
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
            m.compile(new SGD(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
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
        List<Object> list = SmallModels.siblingsOptions(two, folder);
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
                            new TensorDataset(
                                    List.of(left, right), List.of(first, second), Optional.empty()),
                            EvaluateOptions.batchSize(32));
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
}
