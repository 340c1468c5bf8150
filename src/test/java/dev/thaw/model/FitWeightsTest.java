package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.core.Dense;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Weights of rows count the same wherever they are given. */
final class FitWeightsTest {
    private static final Tensor X = Tensor.of(new float[] {1, -2, 3, 4}, 4, 1);
    private static final Tensor Y = Tensor.of(new float[] {.5f, 1, -1, 2}, 4, 1);
    private static final float[] WEIGHTS = {1, 2, .5f, 3};
    private static final FitOptions HALVES =
            FitOptions.epochs(2)
                    .withShuffle(false)
                    .withValidationSplit(.5)
                    .withVerbosity(FitOptions.Verbosity.SILENT);

    private static History fit(TensorDataset data, FitOptions options) {
        Symbol in = Input.of(1);
        Model model = new Model(in, new Dense(1).apply(in));
        model.setWeights(List.of(Tensor.of(new float[] {.7f}, 1, 1), Tensor.of(new float[] {.1f})));
        try (Model running = model.on(new ReferenceBackend())) {
            running.compile(Compilation.of(new SGD(.01), new MeanSquaredError()));
            return running.fit(data, options);
        }
    }

    @Test
    void weightsOfTheDataHoldInTheValidationSplitLikeThoseOfTheOptions() {
        TensorDataset weighted = new TensorDataset(List.of(X), List.of(Y), Optional.of(WEIGHTS));
        History byData = fit(weighted, HALVES);
        History byOption = fit(Dataset.of(X, Y), HALVES.withSampleWeight(WEIGHTS));
        assertThat(byData.epochs()).isEqualTo(byOption.epochs());
        assertThat(byData.get("val_loss"))
                .isNotEqualTo(fit(Dataset.of(X, Y), HALVES).get("val_loss"));
    }

    @Test
    void classWeightsRefuseDataThatHasWeights() {
        TensorDataset weighted = new TensorDataset(List.of(X), List.of(Y), Optional.of(WEIGHTS));
        assertThatThrownBy(() -> fit(weighted, HALVES.withClassWeight(Map.of(1, 2.0))))
                .hasMessageContaining("class_weight or sample_weight, not both");
    }

    @Test
    void weightsMustBeGivenOnce() {
        TensorDataset weighted = new TensorDataset(List.of(X), List.of(Y), Optional.of(WEIGHTS));
        assertThatThrownBy(() -> fit(weighted, HALVES.withSampleWeight(WEIGHTS)))
                .hasMessageContaining("sample_weight must be given once");
    }

    private static final Tensor PIXELS =
            Tensor.of(
                    new float[] {
                        0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.3040f, 0.9471f,
                        -0.7037f, -1.2654f, -0.6233f, 0.0413f, -2.3250f, -0.2188f, -1.2459f,
                        -0.7323f, -0.5443f, -0.3163f, 0.4116f, 1.0425f, -0.1285f, 1.3665f, -0.6652f,
                        0.3515f, 0.9035f, 0.0940f, -0.7435f, -0.9217f, -0.4577f, 0.2202f, -1.0096f,
                        -0.2092f, -0.1592f, 0.5408f, 0.2147f, 0.3554f
                    },
                    Shape.of(3, 2, 2, 3));

    private static final int[] CLASSES = {1, 1, 2, 2, 0, 0, 2, 2, 0, 0, 2, 1};

    private static double loss(Tensor x, Tensor y, Loss loss, Map<Integer, Double> classWeight) {
        Shape sample = x.shape().sub(1, x.shape().rank());
        Symbol in = Input.of(sample, DType.FLOAT32);
        Symbol out =
                x.shape().last() == 1
                        ? new Activation(ActivationFunction.SIGMOID).apply(in)
                        : new Softmax().apply(in);
        try (Model model = new Model(in, out).on(new ReferenceBackend())) {
            model.compile(new SGD(0), loss);
            FitOptions options =
                    FitOptions.epochs(1)
                            .withClassWeight(classWeight)
                            .withVerbosity(FitOptions.Verbosity.SILENT);
            return model.fit(x, y, options).last("loss");
        }
    }

    /** What Keras makes of weights that are given entry by entry; its class_weight fails there. */
    @Test
    void eachPixelWeighsWhatItsClassDoes() {
        Map<Integer, Double> weights = Map.of(0, .5, 2, 3.0);
        Tensor labels = Tensor.of(CLASSES, Shape.of(3, 2, 2));
        Loss sparse = Loss.of("sparse_categorical_crossentropy");
        assertThat(loss(PIXELS, labels, sparse, Map.of())).isCloseTo(1.4786698, within(2e-7));
        assertThat(loss(PIXELS, labels, sparse, weights)).isCloseTo(2.436295, within(3e-7));
        Tensor column = labels.reshape(Shape.of(3, 2, 2, 1));
        assertThat(loss(PIXELS, column, sparse, weights)).isCloseTo(2.436295, within(3e-7));
        Tensor shares = Tensor.zeros(Shape.of(3, 2, 2, 3), DType.FLOAT32);
        for (int i = 0; i < CLASSES.length; i++) {
            shares.floats()[3 * i + CLASSES[i]] = 1;
        }
        Loss dense = Loss.of("categorical_crossentropy");
        assertThat(loss(PIXELS, shares, dense, weights)).isCloseTo(2.436295, within(3e-7));
    }

    @Test
    void eachNumberWeighsWhatItRoundsTo() {
        Tensor x = Tensor.of(new float[] {.5f, -1, 2, .25f}, 2, 2, 1);
        Tensor y = Tensor.of(new float[] {0, 1, 1, 1}, 2, 2, 1);
        assertThat(loss(x, y, Loss.of("binary_crossentropy"), Map.of(1, 4.0)))
                .isCloseTo(2.2596483, within(3e-7));
    }
}
