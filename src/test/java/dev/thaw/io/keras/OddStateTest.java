package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.function.Consumer;

/** The state of an optimizer in a file must be one that setters would have let in. */
class OddStateTest {
    @TempDir private Path folder;

    private static Optimizer optimizer(Model m) {
        return m.compilation().orElseThrow().optimizer();
    }

    private Model reloaded(Consumer<Optimizer> change) {
        Path file = folder.resolve("m.keras");
        try (Model m = new Sequential(Input.of(2), new Dense(1))) {
            m.compile(new Adam(.25), new MeanSquaredError());
            m.trainOnBatch(Tensor.full(Shape.of(2, 2), 1), Tensor.full(Shape.of(2, 1), 1));
            try (Model good = load(m, file)) {
                assertThat(optimizer(good).iterations()).isEqualTo(1);
            }
            change.accept(optimizer(m));
            return load(m, file);
        }
    }

    private static Model load(Model m, Path file) {
        KerasFiles.save(m, file);
        return KerasFiles.load(file);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void aNegativeStepStartsAfresh(long step) {
        try (Model m = reloaded(o -> o.iterationsVariable().assign(Tensor.scalar(step)))) {
            assertThat(optimizer(m).iterations()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, Float.NaN, Float.POSITIVE_INFINITY})
    void aRateThatNoFileMayHaveIsNotWritten(float rate) {
        assertThatThrownBy(
                        () -> reloaded(o -> o.learningRateVariable().assign(Tensor.scalar(rate))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learning_rate must be finite and at least 0, got " + rate);
    }
}
