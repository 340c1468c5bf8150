package dev.thaw.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** What is timed as a step with the batch on the device is a step on that batch. */
class TrainingStepTest {
    private static final int STEPS = 2;

    @ParameterizedTest
    @ValueSource(strings = {"MobileNetV2", "ResNet-50"})
    void theSameStepsAsThoseThatAreFedEachTime(String network) {
        Backend backend = Device.cpu().open();
        List<Tensor> fed;
        Model model = Networks.of(network, 32);
        try (Model running = model.on(backend)) {
            running.compile(TrainingStep.compilation());
            for (int i = 0; i < TrainingStep.WARM + STEPS; i++) {
                running.trainOnBatch(TrainingStep.data(2, 32).batch());
            }
            fed = model.weights().stream().map(w -> w.variable().value().copy()).toList();
        }
        try (TrainingStep step = new TrainingStep(backend, network, 2, 32)) {
            step.run(STEPS);
            List<Tensor> alone = step.weights();
            for (int i = 0; i < fed.size(); i++) {
                assertThat(alone.get(i).bitEquals(fed.get(i))).as("weight %d", i).isTrue();
            }
        }
    }
}
