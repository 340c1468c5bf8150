package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Layer;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.model.Model;
import dev.thaw.sim.OnSimulator;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;

/** Four of its layers pad with zeros; no step spends time on that. */
class PaddingOfMobileNetV2Test {
    private static Model made() {
        return Application.MOBILENET_V2.create(
                ApplicationOptions.DEFAULT.withInputShape(64, 64, 3).withAlpha(.1).withClasses(10));
    }

    private static String trainingPlan(Device device) {
        try (Model model = made()) {
            List<Layer> padding = new ArrayList<>(model.layers());
            padding.removeIf(l -> !(l instanceof ZeroPadding2D));
            assertThat(padding).hasSize(4);
            model.on(device).compile(new SGD(.1), new MeanSquaredError());
            return model.trainingPlan(2);
        }
    }

    private static void requireNoPadding(String plan) {
        assertThat(plan)
                .contains("DepthwiseConvolutionGradInput", "padBefore=[0, 0], padAfter=[1, 1]")
                .doesNotContain(" Pad x=", " Slice x=");
    }

    @Test
    void isInTheWindowsOfItsTrainingPlanOnTheCpu() {
        requireNoPadding(trainingPlan(Device.cpu()));
    }

    @Test
    @ExtendWith(OnSimulator.Fresh.class)
    void isInTheWindowsOfItsTrainingPlanOnCuda() {
        requireNoPadding(trainingPlan(Device.cuda(0)));
    }

    @Test
    void standsInThePlanWhereFusionIsOff() {
        System.setProperty("thaw.fusion", "false");
        try {
            assertThat(trainingPlan(Device.cpu())).contains(" Pad x=", " Slice x=");
        } finally {
            System.clearProperty("thaw.fusion");
        }
    }
}
