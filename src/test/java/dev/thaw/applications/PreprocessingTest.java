package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Locale;

class PreprocessingTest {
    @ParameterizedTest
    @CsvSource({"TF", "TORCH", "CAFFE"})
    void eachModeIsBitForBitThatOfKeras(Preprocessing mode) {
        Tensor pixels = Graphs.pixels();
        Tensor before = pixels.copy();
        Tensor expected = Graphs.preprocessed(mode.name().toLowerCase(Locale.ROOT));
        assertThat(mode.apply(pixels).bitEquals(expected)).isTrue();
        assertThat(pixels.bitEquals(before)).isTrue();
        Tensor one = mode.apply(pixels.rows(0, 1).reshape(pixels.shape().sub(1, 4)));
        assertThat(one.floats()).containsExactly(expected.rows(0, 1).floats());
    }

    @Test
    void wholeNumbersAreTakenToo() {
        Tensor pixels = Graphs.pixels().rows(0, 1);
        int[] whole = new int[pixels.size()];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (int) pixels.floats()[i];
        }
        assertThat(Preprocessing.TORCH.apply(Tensor.of(whole, pixels.shape())).floats())
                .containsExactly(Preprocessing.TORCH.apply(pixels).floats());
        assertThat(Preprocessing.NONE.apply(pixels).bitEquals(pixels)).isTrue();
    }

    /** The second column is the mode that the application's module in Keras names. */
    @ParameterizedTest
    @CsvSource({
        "MobileNet, TF",
        "MobileNetV2, TF",
        "MobileNetV3Small, NONE",
        "MobileNetV3Large, NONE",
        "Xception, TF",
        "InceptionV3, TF",
        "ResNet50, CAFFE",
        "ResNet101, CAFFE",
        "ResNet152, CAFFE",
        "ResNet50V2, TF",
        "ResNet101V2, TF",
        "ResNet152V2, TF",
        "DenseNet121, TORCH",
        "DenseNet169, TORCH",
        "DenseNet201, TORCH",
        "EfficientNetB0, NONE",
        "EfficientNetB1, NONE",
        "EfficientNetB2, NONE",
        "EfficientNetB3, NONE",
        "EfficientNetB4, NONE",
        "EfficientNetB5, NONE",
        "EfficientNetB6, NONE",
        "EfficientNetB7, NONE",
        "VGG16, CAFFE",
        "VGG19, CAFFE"
    })
    void eachApplicationHasItsMode(String application, Preprocessing mode) {
        assertThat(Application.named(application).preprocessing()).isEqualTo(mode);
        assertThat(Application.named(application).preprocess(Graphs.pixels()).floats())
                .containsExactly(mode.apply(Graphs.pixels()).floats());
    }

    @Test
    void whatIsNoColourImageIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Preprocessing.CAFFE.apply(Tensor.of(new float[8], 1, 2, 4)))
                .withMessageContaining("(height, width, 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Preprocessing.TF.apply(Tensor.scalar(1L)))
                .withMessageContaining("FLOAT32 or INT32");
    }
}
