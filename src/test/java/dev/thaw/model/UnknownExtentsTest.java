package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

/** Inputs whose height and width only the data tells. */
class UnknownExtentsTest {
    private static Model images() {
        Symbol x =
                Input.named(
                        "image", Shape.of(Shape.NONE, Shape.NONE, Shape.NONE, 1), DType.FLOAT32);
        Conv2D ones = new Conv2D(2, 1).kernelInitializer(Initializer.ones());
        return new Model(x, new GlobalAveragePooling2D().apply(ones.apply(x)));
    }

    private static Tensor image(int n, int height, int width) {
        return Tensor.full(Shape.of(n, height, width, 1), 3);
    }

    @Test
    void eachSizeOfImageRuns() {
        try (Model model = images()) {
            for (int[] size : new int[][] {{4, 5}, {9, 2}, {4, 5}}) {
                Tensor y = model.predict(image(3, size[0], size[1]));
                assertThat(y.shape()).isEqualTo(Shape.of(3, 2));
                assertThat(y.floats()).containsOnly(3f);
            }
        }
    }

    @Test
    void trainingTakesTheExtentsFromTheData() {
        try (Model model = images()) {
            model.compile(new SGD(.01), new MeanSquaredError());
            Tensor y = Tensor.full(Shape.of(5, 2), 1);
            FitOptions silent =
                    FitOptions.epochs(3)
                            .withBatchSize(2)
                            .withVerbosity(FitOptions.Verbosity.SILENT);
            double first = model.evaluate(image(5, 6, 4), y).get("loss");
            model.fit(image(5, 6, 4), y, silent);
            assertThat(first).isEqualTo(4);
            assertThat(model.evaluate(image(5, 3, 7), y).get("loss")).isLessThan(first);
        }
    }

    @Test
    void aPlanWithoutDataSaysWhatItNeeds() {
        try (Model model = images()) {
            assertThatThrownBy(() -> model.plan(Mode.INFERENCE, 4))
                    .hasMessageContaining("(4, None, None, 1)")
                    .hasMessageContaining("run the model on data");
        }
    }
}
