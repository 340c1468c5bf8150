package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Npz;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.ActivationFunction;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;

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
}
