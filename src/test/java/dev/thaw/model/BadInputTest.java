package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.data.Dataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.Embedding;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.NonFiniteLossException;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** Every bad input gets an error that says where, the rule, the value and the remedy. */
class BadInputTest {
    private static final FitOptions SILENT =
            FitOptions.epochs(1).withVerbosity(FitOptions.Verbosity.SILENT);

    private final Model model =
            new Sequential(
                            Input.named("features", 4),
                            new Dense(3).named("hidden"),
                            new Dense(2).named("out"))
                    .named("net");

    @AfterEach
    void close() {
        model.close();
    }

    private static Tensor zeros(int... dims) {
        return Tensor.zeros(Shape.of(dims), DType.FLOAT32);
    }

    @Test
    void aShapeThatDoesNotFitNamesTheInput() {
        assertThatThrownBy(() -> model.predict(zeros(2, 5)))
                .hasMessageContaining("net: input features expects (None, 4), got (2, 5)");
    }

    @Test
    void aTypeThatDoesNotFitNamesTheInput() {
        assertThat(model.predict(Tensor.of(new int[8], 2, 4)).shape()).isEqualTo(Shape.of(2, 2));
        Symbol ids = Input.of(Shape.of(2), DType.INT32);
        try (Model rows = new Model(ids, new Embedding(5, 2).apply(ids))) {
            assertThatThrownBy(() -> rows.predict(Tensor.of(new float[] {1, 1.5f}, 1, 2)))
                    .hasMessageContaining("expects INT32 values, got FLOAT32 with 1.5");
        }
    }

    @Test
    void aKernelThatDoesNotFitNamesTheLayer() {
        Dense shared = new Dense(3);
        shared.named("shared");
        shared.apply(Input.of(4));
        assertThatThrownBy(() -> shared.apply(Input.of(5)))
                .hasMessageContaining(
                        "shared: input's last axis must be 4 (its kernel has 4 rows), got 5");
    }

    @Test
    void anEmptyBatchIsRefused() {
        assertThatThrownBy(() -> model.predict(zeros(0, 4))).hasMessageContaining("empty batch");
        model.compile(new SGD(), new MeanSquaredError());
        assertThatThrownBy(() -> model.fit(zeros(0, 4), zeros(0, 2), SILENT))
                .hasMessageContaining("empty batch");
    }

    @Test
    void aBatchOfOneThroughNormalizationIsAllowedAndWarnedOf() {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        try (Model bn = new Sequential(Input.of(4), new BatchNormalization().named("lonely_bn"))) {
            bn.compile(new SGD(), new MeanSquaredError());
            bn.fit(zeros(1, 4), zeros(1, 4), SILENT);
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString()).contains("lonely_bn").contains("variance 0");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-.1, 1.1, Double.NaN})
    void aRateOutsideItsRangeIsRefused(double rate) {
        assertThatThrownBy(() -> new Dropout(rate))
                .hasMessageContaining("rate")
                .hasMessageContaining("" + rate);
    }

    @Test
    void aNanInTheInputsIsNamedWithItsFirstIndexWhenAskedFor() {
        Tensor x = zeros(3, 4);
        x.floats()[6] = Float.NaN;
        model.compile(new SGD(), new MeanSquaredError());
        assertThatThrownBy(() -> model.fit(x, zeros(3, 2), SILENT.withCheckInputs(true)))
                .hasMessageContaining("features")
                .hasMessageContaining("NaN")
                .hasMessageContaining("[2] of sample 1");
    }

    @Test
    void aLossThatIsNotFiniteIsNamedWithStepAndLayerAndTheWeightsStay() {
        model.compile(new SGD(), new MeanSquaredError());
        model.fit(zeros(3, 4), zeros(3, 2), SILENT);
        model.layer("hidden")
                .variable("kernel")
                .assign(Tensor.full(Shape.of(4, 3), Float.POSITIVE_INFINITY));
        List<Tensor> before = model.getWeights();
        assertThatThrownBy(() -> model.fit(Tensor.full(Shape.of(3, 4), 8), zeros(3, 2), SILENT))
                .isInstanceOfSatisfying(
                        NonFiniteLossException.class,
                        e -> {
                            assertThat(e.step()).isEqualTo(1);
                            assertThat(e.layer()).isEqualTo("hidden");
                        })
                .hasMessageContaining("step 1")
                .hasMessageContaining("hidden");
        List<Tensor> after = model.getWeights();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i).bitEquals(before.get(i))).isTrue();
        }
    }

    @Test
    void aLabelOutOfRangeIsNamedWithValueClassCountAndRow() {
        model.compile(new SGD(), new SparseCategoricalCrossentropy(true));
        assertThatThrownBy(() -> model.fit(zeros(3, 4), Tensor.of(new int[] {0, 1, 2}), SILENT))
                .hasMessageContaining("[0, 2)")
                .hasMessageContaining("got 2")
                .hasMessageContaining("sample 2");
    }

    @Test
    void targetsOfAnotherTypeOrShapeAreRefused() {
        model.compile(new SGD(), new SparseCategoricalCrossentropy(true));
        Tensor halves = Tensor.full(Shape.of(3), .5f);
        assertThatThrownBy(() -> model.fit(zeros(3, 4), halves, SILENT))
                .hasMessageContaining("INT32")
                .hasMessageContaining("0.5");
        model.compile(new SGD(), new MeanSquaredError());
        assertThatThrownBy(() -> model.fit(zeros(3, 4), zeros(3, 3), SILENT))
                .hasMessageContaining("out")
                .hasMessageContaining("(None, 2)")
                .hasMessageContaining("(3, 3)");
        assertThatThrownBy(() -> model.fit(zeros(3, 4), zeros(2, 2), SILENT))
                .hasMessageContaining("2 rows");
    }

    @Test
    void anAxisThatDoesNotExistIsRefused() {
        BatchNormalization bn = new BatchNormalization().axis(3);
        bn.named("bn");
        assertThatThrownBy(() -> bn.apply(Input.of(4)))
                .hasMessageContaining("bn: axis 3 does not exist")
                .hasMessageContaining("(None, 4)");
    }

    @Test
    void aGraphThatIsNotConnectedIsRefusedWithTheMissingInput() {
        Symbol a = Input.named("a", 4);
        Symbol b = Input.named("b", 4);
        assertThatThrownBy(() -> new Model(a, new Dense(2).apply(b)))
                .hasMessageContaining("not connected")
                .hasMessageContaining("'b'")
                .hasMessageContaining("[a]");
    }

    @Test
    void twoLayersOfOneNameAreRefused() {
        Symbol a = Input.of(4);
        Symbol h = new Dense(2).named("same").apply(a);
        assertThatThrownBy(() -> new Model(a, new Dense(2).named("same").apply(h)))
                .hasMessageContaining("'same'");
    }

    @Test
    void weightsOfTheWrongShapeAreRefusedAndNothingChanges() {
        List<Tensor> before = model.getWeights();
        List<Tensor> wrong = new java.util.ArrayList<>(model.getWeights());
        wrong.set(0, Tensor.full(Shape.of(4, 3), 9));
        wrong.set(2, zeros(2, 3));
        assertThatThrownBy(() -> model.setWeights(wrong))
                .hasMessageContaining("out")
                .hasMessageContaining("(3, 2)")
                .hasMessageContaining("(2, 3)");
        assertThat(model.getWeights().get(0).bitEquals(before.get(0))).isTrue();
    }

    @Test
    void fittingWithNothingTrainableIsAllowed() {
        model.freeze();
        List<Tensor> before = model.getWeights();
        model.compile(new SGD(), new MeanSquaredError());
        assertThat(model.fit(zeros(3, 4), zeros(3, 2), SILENT).last("loss")).isZero();
        assertThat(model.getWeights().get(0).bitEquals(before.get(0))).isTrue();
    }

    @Test
    void fittingBeforeCompilingSaysSo() {
        assertThatThrownBy(() -> model.fit(Dataset.of(zeros(3, 4), zeros(3, 2)), SILENT))
                .hasMessageContaining("call compile first");
    }

    @Test
    void aClosedModelRefusesAndKeepsItsWeights() {
        model.predict(zeros(2, 4));
        List<Tensor> before = model.getWeights();
        model.close();
        model.close();
        assertThatThrownBy(() -> model.predict(zeros(2, 4)))
                .hasMessageContaining("net: the model is closed");
        assertThatThrownBy(() -> model.call(zeros(2, 4), Mode.TRAINING))
                .hasMessageContaining("closed");
        assertThat(model.getWeights().get(0).bitEquals(before.get(0))).isTrue();
    }

    @Test
    void badOptionsAreRefused() {
        assertThatThrownBy(() -> FitOptions.epochs(-1)).hasMessageContaining("epochs");
        assertThatThrownBy(() -> FitOptions.epochs(1).withBatchSize(0))
                .hasMessageContaining("batch_size");
        assertThatThrownBy(() -> FitOptions.epochs(1).withValidationSplit(1))
                .hasMessageContaining("validation_split");
        assertThatThrownBy(() -> new SGD(Double.NaN)).hasMessageContaining("learning_rate");
        assertThatThrownBy(() -> new BatchNormalization().momentum(1.5))
                .hasMessageContaining("momentum");
        assertThatThrownBy(() -> new BatchNormalization().epsilon(Double.NaN))
                .hasMessageContaining("epsilon");
    }
}
