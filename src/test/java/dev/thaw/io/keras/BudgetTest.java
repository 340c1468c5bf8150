package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Device;
import dev.thaw.file.FileFormatException;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.MaxPooling1D;
import dev.thaw.layer.preprocessing.Resizing;
import dev.thaw.layer.reshaping.RepeatVector;
import dev.thaw.layer.reshaping.UpSampling2D;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Numbers that a short file can hold and no machine can: refused at once, with who asks. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BudgetTest {
    @TempDir private Path folder;

    /** A model that calls one twice that calls one twice .. makes 2^depth calls. */
    private static String nested(int depth) {
        String inner =
                """
                {"class_name":"ReLU","config":{"name":"r"},"name":"a","inbound_nodes":%s}"""
                        .formatted("[[[\"i\",0,0]]]");
        String text = "";
        for (int d = 0; d < depth; d++) {
            String calls = d == 0 ? "[[[\"i\",0,0]]]" : "[[[\"i\",0,0]],[[\"a\",0,0]]]";
            String layer =
                    d == 0
                            ? inner
                            : "{\"class_name\":\"Model\",\"name\":\"a\",\"config\":%s,\"inbound_nodes\":%s}"
                                    .formatted(text, calls);
            text =
                    "{\"name\":\"m%d\",\"layers\":[{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"i\",\"batch_input_shape\":[null,1]}},%s],\"input_layers\":[[\"i\",0,0]],\"output_layers\":[[\"a\",%d,0]]}"
                            .formatted(d, layer, d == 0 ? 0 : 1);
        }
        return "{\"class_name\":\"Model\",\"config\":%s}".formatted(text);
    }

    @Test
    void modelsThatMultiplyCallsAreRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("nested.json"), nested(29));
        assertThatThrownBy(() -> KerasFiles.withoutCompilation().readArchitecture(file))
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining("65,536 calls of layers");
    }

    @Test
    void modelsThatMultiplyALittleRun() throws Exception {
        Path file = Files.writeString(folder.resolve("nested.json"), nested(12));
        try (Model m = KerasFiles.withoutCompilation().readArchitecture(file).on(Device.cpu())) {
            assertThat(m.explain(Mode.TRAINING).toString()).contains("2048 calls");
            assertThat(m.predict(Tensor.of(new float[] {-1, 2}, 2, 1)).floats())
                    .containsExactly(0, 2);
        }
    }

    /** 20 models, each in the next one, once. */
    @Test
    void aDeepModelIsExplained() {
        Model m = new Sequential(Input.of(3), new Dense(3));
        for (int i = 0; i < 20; i++) {
            m = new Sequential(Input.of(3), m);
        }
        assertThat(m.explain(Mode.TRAINING).toString()).contains("dense");
    }

    @Test
    void stepsThatRunOneByOneAreCounted() {
        Model m =
                new Sequential(Input.of(1 << 28, 1), new TimeDistributed(new BatchNormalization()));
        assertThatThrownBy(() -> m.explain(Mode.TRAINING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("time_distributed")
                .hasMessageContaining("268,435,456");
    }

    /** Its matrix stands in the heap before any backend sees a size. */
    @Test
    void aResizedImageHasAMatrixOfBoundedSize() {
        Model m = new Sequential(Input.of(4, 1, 1), new Resizing(1 << 28, 1));
        assertThatThrownBy(() -> m.explain(Mode.INFERENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resizing")
                .hasMessageContaining("takes a matrix of");
    }

    @Test
    void aPoolOfTheLargestSizeIsRefused() {
        MaxPooling1D pool =
                new MaxPooling1D()
                        .poolSize(Integer.MAX_VALUE - 1)
                        .strides(1)
                        .padding(Padding.SAME)
                        .named("pool");
        assertThatThrownBy(() -> new Sequential(Input.of(4, 1), pool))
                .hasMessageStartingWith("pool: the window must span at most");
    }

    @Test
    void whatNoArrayHoldsIsRefusedWhereTheGraphIsMade() {
        Symbol in = Input.of(40_000, 400, 3);
        assertThatThrownBy(() -> new UpSampling2D().size(400).named("up").apply(in))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("up: a sample's output must have at most 2,147,483,647");
        assertThatThrownBy(() -> Input.of(1 << 16, 1 << 16)).hasMessageContaining("4,294,967,296");
        Symbol wide = Input.of(50_000);
        assertThatThrownBy(() -> new Dense(50_000).named("d").apply(wide))
                .hasMessageStartingWith("d: kernel must have at most");
    }

    /** Beyond 2^31 by the batch alone: it was an ArithmeticException. */
    @Test
    void aBatchThatIsTooLargeIsNamed() {
        try (Model m =
                new Sequential(Input.of(1 << 10), new RepeatVector(1 << 20), new ReLU())
                        .on(Device.cpu())) {
            assertThatThrownBy(() -> m.predict(Tensor.zeros(Shape.of(2, 1 << 10), DType.FLOAT32)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("repeat_vector")
                    .hasMessageContaining("2,147,483,648")
                    .hasMessageContaining("smaller batch");
        }
    }

    @Test
    void outputShapesAreKnownByShape() {
        Model inner = new Sequential(Input.of(Shape.NONE, 2), new ReLU());
        for (int n = 1; n < 200; n++) { // more than are kept
            Shape s = Shape.of(1, n, 2);
            assertThat(inner.outputShapes(List.of(s))).containsExactly(s);
            assertThat(inner.outputShapes(List.of(s))).containsExactly(s);
        }
    }

    /** The loss and the metrics would divide by nothing. */
    @Test
    void anOutputWithoutNumbersIsNotTrained() {
        try (Model m = new Sequential(Input.of(3, 0), new ReLU()).on(Device.cpu())) {
            m.compile(new SGD(), new MeanSquaredError(), Metric.of("categorical_accuracy"));
            Tensor none = Tensor.zeros(Shape.of(2, 3, 0), DType.FLOAT32);
            assertThatThrownBy(() -> m.trainOnBatch(none, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("output 0 must have at least one number");
        }
    }
}
