package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
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
}
