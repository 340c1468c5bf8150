package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Batch;
import dev.thaw.data.Dataset;
import dev.thaw.data.Sample;
import dev.thaw.data.TensorDataset;
import dev.thaw.graph.Structure;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Subtract;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Inputs, targets, losses and outputs by name; a list for a dictionary is refused, as in Keras. */
class NamedDataTest {
    private static final Tensor ZETA = Tensor.of(new float[] {5, 7, 1}, 3, 1);
    private static final Tensor ALPHA = Tensor.of(new float[] {2, 3, 4}, 3, 1);
    private static final Tensor DIFFERENCE = Tensor.of(new float[] {3, 4, -3}, 3, 1);

    /** zeta - alpha and zeta + alpha; as a dictionary its inputs are alpha, zeta. */
    private static Model model(boolean dictionary) {
        Symbol zeta = Input.named("zeta", 1);
        Symbol alpha = Input.named("alpha", 1);
        Symbol less = new Subtract().named("less").apply(zeta, alpha);
        Symbol more = new Add().named("more").apply(zeta, alpha);
        Model made =
                dictionary
                        ? new Model(List.of(alpha, zeta), List.of(less, more))
                        : new Model(List.of(zeta, alpha), List.of(less, more));
        if (dictionary) {
            made.setStructures(
                    Structure.dictionary(List.of("alpha", "zeta")),
                    Structure.dictionary(List.of("difference", "sum")));
        }
        return made.named("pair").on(Device.cpu());
    }

    @Test
    void namesFindTheirInputsAndOutputs() {
        Map<String, Tensor> x = Map.of("zeta", ZETA, "alpha", ALPHA);
        try (Model dictionary = model(true);
                Model list = model(false)) {
            Map<String, Tensor> y = dictionary.predict(x);
            assertThat(y.keySet()).containsExactly("difference", "sum");
            assertThat(y.get("difference").bitEquals(DIFFERENCE)).isTrue();
            assertThat(list.predict(x).get("less").bitEquals(DIFFERENCE)).isTrue();
            assertThat(dictionary.call(x, Mode.TRAINING).get("difference").bitEquals(DIFFERENCE))
                    .isTrue();
        }
    }

    @Test
    void aListForADictionaryIsRefused() {
        List<Tensor> x = List.of(ZETA, ALPHA);
        String rule = "pair: its inputs are a dictionary of [alpha, zeta], got a list";
        try (Model model = model(true)) {
            assertThatThrownBy(() -> model.predict(Dataset.of(x), PredictOptions.DEFAULT))
                    .hasMessageContaining(rule)
                    .hasMessageContaining("Dataset.of(Map.of(\"alpha\", ..), ..)");
            assertThatThrownBy(() -> model.call(x)).hasMessageContaining(rule);
            assertThatThrownBy(() -> model.call(x, Mode.TRAINING)).hasMessageContaining(rule);
            model.compile(Compilation.of(new SGD(0), List.of(Loss.of("mse"), Loss.of("mse"))));
            assertThatThrownBy(() -> model.evaluate(Dataset.of(x), EvaluateOptions.DEFAULT))
                    .hasMessageContaining(rule);
        }
    }

    @Test
    void namesMustBeThoseOfTheModel() {
        try (Model model = model(true)) {
            assertThatThrownBy(() -> model.predict(Map.of("zeta", ZETA)))
                    .hasMessageContaining(
                            "pair: needs one input for each of [alpha, zeta], got [zeta]");
            assertThatThrownBy(() -> model.predict(Map.of("zeta", ZETA, "beta", ALPHA)))
                    .hasMessageContaining("beta");
            assertThatThrownBy(() -> model.compile(new SGD(0), Map.of("total", Loss.of("mse"))))
                    .hasMessageContaining(
                            "its outputs are [difference, sum], got losses for [total]");
            assertThatThrownBy(() -> model.compile(new SGD(0), Map.of()))
                    .hasMessageContaining("an output must have a loss, got none for all 2");
            assertThatThrownBy(() -> model.compile(new SGD(0), Loss.of("mse")))
                    .hasMessageContaining("pair has 2 outputs, got 1 losses");
        }
    }

    @Test
    void targetsAndLossesGoByName() {
        Map<String, Tensor> x = Map.of("zeta", ZETA, "alpha", ALPHA);
        Map<String, Tensor> y = Map.of("sum", ZETA, "difference", DIFFERENCE);
        try (Model model = model(true)) {
            model.compile(new SGD(0), Map.of("sum", Loss.of("mae"), "difference", Loss.of("mse")));
            Map<String, Double> logs = model.evaluate(Dataset.of(x, y), EvaluateOptions.DEFAULT);
            assertThat(logs.get("less_loss")).isZero();
            assertThat(logs.get("more_loss")).isEqualTo(3); // the mean of alpha
        }
    }

    /**
     * As in Keras, an output without a loss needs no target, may have one, and may have metrics;
     * with one loss alone the history names no other.
     */
    @Test
    void anOutputMayHaveNoLoss() {
        Map<String, Tensor> x = Map.of("zeta", ZETA, "alpha", ALPHA);
        Map<String, Tensor> both = Map.of("sum", ZETA, "difference", DIFFERENCE);
        try (Model model = model(true)) {
            model.compile(new SGD(0), Map.of("sum", Loss.of("mae")));
            Map<String, Double> logs =
                    model.evaluate(Dataset.of(x, Map.of("sum", ZETA)), EvaluateOptions.DEFAULT);
            assertThat(logs).containsExactly(Map.entry("loss", 3.0));
            assertThat(model.evaluate(Dataset.of(x, both), EvaluateOptions.DEFAULT))
                    .isEqualTo(logs);
            assertThatThrownBy(
                            () ->
                                    model.evaluate(
                                            Dataset.of(x, Map.of("difference", DIFFERENCE)),
                                            EvaluateOptions.DEFAULT))
                    .hasMessageContaining("needs one target for each of [sum], got [difference]");
        }
        try (Model model = model(false)) {
            model.compile(
                    Compilation.of(new SGD(0), List.of(Loss.NONE, Loss.of("mse")))
                            .withMetrics(List.of(List.of(Metric.of("mae")), List.of())));
            Dataset data = new TensorDataset(List.of(ZETA, ALPHA), List.of(ALPHA, ZETA), List.of());
            Map<String, Double> logs = model.evaluate(data, EvaluateOptions.DEFAULT);
            assertThat(logs.keySet()).containsExactly("loss", "less_mae");
            assertThat(logs.get("less_mae")).isCloseTo(3, within(1e-6)); // of |1|, |1| and |-7|
            assertThat(model.trainOnBatch(new Batch(List.of(ZETA, ALPHA), List.of(ALPHA, ZETA))))
                    .isEqualTo(logs);
            assertThatThrownBy(
                            () ->
                                    model.evaluate(
                                            new TensorDataset(
                                                    List.of(ZETA, ALPHA), List.of(ZETA), List.of()),
                                            EvaluateOptions.DEFAULT))
                    .hasMessageContaining("has 2 outputs, got 1 targets");
        }
    }

    /** The weights, the split and streams go with the names. */
    @Test
    void fitsByName() {
        Symbol left = Input.named("left", 1);
        Symbol right = Input.named("right", 1);
        Symbol y = new Dense(1).named("y").apply(new Subtract().apply(left, right));
        try (Model model = new Model(List.of(left, right), List.of(y)).on(Device.cpu())) {
            model.compile(new SGD(.01), Loss.of("mse"));
            Dataset tensors =
                    Dataset.of(Map.of("right", ALPHA, "left", ZETA), Map.of("y", DIFFERENCE));
            Dataset samples =
                    Dataset.of(
                                    3,
                                    i ->
                                            new Sample(
                                                    List.of(one(ALPHA, i), one(ZETA, i)),
                                                    List.of(one(DIFFERENCE, i)),
                                                    OptionalDouble.empty()))
                            .named(List.of("right", "left"), List.of("y"));
            FitOptions options =
                    FitOptions.epochs(30)
                            .withVerbosity(FitOptions.Verbosity.SILENT)
                            .withValidation(samples);
            History history = model.fit(tensors, options.withSampleWeight(new float[] {1, 2, 1}));
            assertThat(history.last("val_loss")).isLessThan(history.get("val_loss").get(0));
            double before =
                    model.trainOnBatch(
                                    Map.of("left", ZETA, "right", ALPHA), Map.of("y", DIFFERENCE))
                            .get("loss");
            assertThat(before).isCloseTo(history.last("val_loss"), within(1e-5));
        }
    }

    private static Tensor one(Tensor t, int row) {
        return t.gather(new int[] {row}).reshape(Shape.of(1));
    }
}
