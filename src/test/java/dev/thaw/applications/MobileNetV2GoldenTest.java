package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Npz;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/**
 * A MobileNetV2 that real Keras saved with random weights, moving statistics far from 0 and 1
 * included: {@code src/test/python/applications.py --golden}.
 */
class MobileNetV2GoldenTest {
    private final Path file = resource("mobilenetv2.keras");
    private final Map<String, Tensor> expected = Npz.read(resource("mobilenetv2.npz"));

    private static Path resource(String name) {
        try {
            return Path.of(MobileNetV2GoldenTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Model made() {
        return Application.MOBILENET_V2.create(
                ApplicationOptions.DEFAULT
                        .withInputShape(40, 33, 3)
                        .withAlpha(.1)
                        .withClasses(10)
                        .withClassifierActivation(ActivationFunction.LINEAR));
    }

    @Test
    void theModelOfTheFilePredictsAsInKeras() throws Exception {
        try (Model model = KerasFiles.load(file)) {
            assertPredicts(model);
            assertThat(model.name()).isEqualTo("mobilenetv2_0.10_40");
        }
    }

    @Test
    void theApplicationUnderTheFilesWeightsPredictsAsInKeras() throws Exception {
        try (Model model = made()) {
            KerasFiles.loadWeights(model, file);
            assertPredicts(model);
        }
    }

    @Test
    void otherWeightsPredictSomethingElse() {
        try (Model model = made()) {
            assertThat(difference(model)).isGreaterThan(100 * KerasApplications.TOLERANCE);
        }
    }

    private void assertPredicts(Model model) {
        assertThat(difference(model)).isLessThanOrEqualTo(KerasApplications.TOLERANCE);
    }

    private double difference(Model model) {
        return KerasApplications.difference(model.predict(expected.get("x")), expected.get("y"));
    }

    /**
     * Where every extent that is halved is even, the padding of an open base is the fixed one's.
     */
    @Test
    void aBaseWithoutASizePredictsAtAnySize() {
        ApplicationOptions base =
                ApplicationOptions.DEFAULT
                        .withAlpha(.1)
                        .withIncludeTop(false)
                        .withPooling(GlobalPooling.MAX);
        Tensor image = Tensor.of(noise(64 * 32 * 3), 1, 64, 32, 3);
        try (Model open = Application.MOBILENET_V2.create(base);
                Model fixed = Application.MOBILENET_V2.create(base.withInputShape(64, 32, 3))) {
            fixed.setWeights(open.getWeights());
            Tensor expected = fixed.predict(image);
            assertThat(spread(expected)).isGreaterThan(0);
            assertThat(KerasApplications.difference(open.predict(image), expected))
                    .isLessThanOrEqualTo(KerasApplications.TOLERANCE * spread(expected));
            Tensor other = Tensor.of(noise(2 * 47 * 50 * 3), 2, 47, 50, 3);
            assertThat(open.predict(other).shape()).isEqualTo(Shape.of(2, 1280));
            assertThat(open.name()).isEqualTo("mobilenetv2_0.10_None");
        }
    }

    private static float[] noise(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double spread(Tensor t) {
        double most = 0;
        for (float v : t.floats()) {
            most = Math.max(most, Math.abs(v));
        }
        return Math.min(1, most);
    }
}
