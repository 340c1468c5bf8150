package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On the CPU, Java's fused loops round otherwise than oneDNN's separate ones. */
final class FusedOnCpuTest extends FusedTraining {
    /**
     * Both sides round; errors walk at random, 4 standard deviations of it, through 16 ops with
     * sums of up to 360 terms (10 rows of 36 pixels), on numbers of size 1; the learning rate,
     * which makes a step's error smaller, is left out.
     */
    private static final double ONE_STEP = 2 * 4 * Math.sqrt(16 * 360) * 0x1p-24;

    private static final double NOISE = STEPS * ONE_STEP;

    @Override
    Backend backend() {
        return Device.cpu().open();
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void changesRoundingOnly(Hold hold) {
        Trained separate = train(hold, false);
        Trained fused = train(hold, true);
        requirePlans(fused, separate);
        // before the first update the two differ by the forward pass alone
        assertThat(Math.abs(fused.losses().get(0) - separate.losses().get(0)))
                .isLessThan(ONE_STEP * separate.losses().get(0));
        for (int i = 0; i < fused.weights().size(); i++) {
            assertThat(difference(fused.weights().get(i), separate.weights().get(i)))
                    .as("weight %d of shape %s", i, fused.weights().get(i).shape())
                    .isLessThan(NOISE);
        }
    }

    private static double difference(Tensor a, Tensor b) {
        double most = 0;
        for (int i = 0; i < a.size(); i++) {
            most = Math.max(most, Math.abs(a.floats()[i] - b.floats()[i]));
        }
        return most;
    }
}
