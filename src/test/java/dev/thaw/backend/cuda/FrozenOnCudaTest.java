package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.sim.OnSimulator;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Frozen batch normalization in a training plan on CUDA: what {@code fit} changes, bit by bit, and
 * that the gradients which pass through are those that the CPU finds.
 */
@OnSimulator
class FrozenOnCudaTest {
    private static final Tensor X = Noise.uniform(1, 48, 6, 6, 3);
    private static final Tensor Y = Noise.uniform(2, 48, 2);
    private static final FitOptions SILENT =
            FitOptions.epochs(2)
                    .withBatchSize(20) // the third batch has 8 rows
                    .withVerbosity(FitOptions.Verbosity.SILENT)
                    .withSeed(3);
    private static final int STEPS = 2 * 3;

    /**
     * Bound of the difference of a weight: both sides round, errors of steps add up, and within a
     * step they walk at random, 4 standard deviations of it, through 20 ops with sums of up to 720
     * terms (20 rows of 36 pixels); weights are below 2.
     */
    private static final double NOISE = 2 * STEPS * 4 * Math.sqrt(20 * 720) * 2 * 0x1p-24;

    private Model base;
    private Model model;

    /** How the base is held still. */
    enum Hold {
        FROZEN,
        BAKED,
        BOTH
    }

    @BeforeEach
    @AfterEach
    void close() {
        if (model != null) {
            model.close();
        }
        model = null;
    }

    private void build(Mode baked) {
        RandomSeed.set(11);
        Symbol b = Input.of(6, 6, 3);
        Symbol h = new Conv2D(8, 3).activation(ActivationFunction.TANH).named("conv").apply(b);
        h = new BatchNormalization().named("bn_a").apply(h);
        h = new Flatten().apply(h);
        h = new Dense(5, ActivationFunction.TANH).named("dense").apply(h);
        h = new BatchNormalization().named("bn_b").apply(h);
        base = new Model(b, h).named("base");
        Symbol in = Input.of(6, 6, 3);
        Symbol held = baked == null ? base.apply(in) : base.apply(in, baked);
        model = new Model(in, new Dense(2).named("head").apply(held));
        // statistics that a frozen layer must use, not the 0 and 1 of the beginning
        int seed = 5;
        for (var w : model.weights()) {
            if (w.spec().name().startsWith("moving")) {
                Tensor t = Noise.uniform(seed++, w.variable().shape().dim(0));
                float middle = w.spec().name().equals("moving_variance") ? 1.5f : 0;
                for (int i = 0; i < t.size(); i++) {
                    t.floats()[i] += middle;
                }
                w.variable().assign(t);
            }
        }
    }

    private Map<String, Tensor> snapshot() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        model.weights()
                .forEach(
                        w ->
                                all.put(
                                        w.layer().name() + "/" + w.spec().name(),
                                        w.variable().value().copy()));
        return all;
    }

    private Map<String, Tensor> afterFit(Device device) {
        model.on(device).compile(new SGD(.1), new MeanSquaredError());
        model.fit(X, Y, SILENT);
        return snapshot();
    }

    /** Fits on both devices from the same start; returns what changed on CUDA. */
    private Set<String> changedByFit(Mode baked, Runnable freezing) {
        build(baked);
        freezing.run();
        Map<String, Tensor> cpu = afterFit(Device.cpu());
        close();
        build(baked);
        freezing.run();
        Map<String, Tensor> before = snapshot();
        Map<String, Tensor> cuda = afterFit(Device.cuda(0));
        Set<String> changed = new HashSet<>();
        cuda.forEach(
                (name, value) -> {
                    if (!value.bitEquals(before.get(name))) {
                        changed.add(name);
                    }
                    float[] expected = cpu.get(name).floats();
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Math.abs(value.floats()[i] - expected[i]))
                                .as("%s[%d] on the CPU is %s", name, i, expected[i])
                                .isLessThan((float) NOISE);
                    }
                });
        return changed;
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void heldStillTheBasesStatisticsKeepEveryBit(Hold hold) {
        Set<String> changed =
                changedByFit(
                        hold == Hold.FROZEN ? null : Mode.INFERENCE,
                        () -> {
                            if (hold != Hold.BAKED) {
                                base.freeze();
                            }
                        });
        assertThat(changed).contains("head/kernel", "head/bias");
        assertThat(changed).noneMatch(n -> n.contains("moving"));
        if (hold == Hold.BAKED) {
            assertThat(changed).contains("conv/kernel", "bn_a/gamma", "bn_a/beta", "bn_b/gamma");
        } else {
            assertThat(changed).allMatch(n -> n.startsWith("head/"));
        }
    }

    @Test
    void gradientsPassFrozenNormalizationsToWhatLiesBelow() {
        Set<String> changed =
                changedByFit(
                        null,
                        () -> {
                            base.layer("bn_a").setTrainable(false);
                            base.layer("bn_b").setTrainable(false);
                        });
        assertThat(changed)
                .containsExactlyInAnyOrder(
                        "conv/kernel",
                        "conv/bias",
                        "dense/kernel",
                        "dense/bias",
                        "head/kernel",
                        "head/bias");
        assertThat(model.trainingPlan(20))
                .contains("BatchNormInferGrad")
                .doesNotContain("BatchNormTrain");
    }

    @Test
    void aNormalizationThawedInsideAFrozenBaseTrainsAndMoves() {
        Set<String> changed =
                changedByFit(
                        null,
                        () -> {
                            base.freeze();
                            base.layer("bn_b").setTrainable(true);
                        });
        assertThat(changed)
                .containsExactlyInAnyOrder(
                        "bn_b/gamma",
                        "bn_b/beta",
                        "bn_b/moving_mean",
                        "bn_b/moving_variance",
                        "head/kernel",
                        "head/bias");
    }

    @Test
    void aNormalizationThawedInsideABakedAndFrozenBaseTrainsOnItsStatistics() {
        Set<String> changed =
                changedByFit(
                        Mode.INFERENCE,
                        () -> {
                            base.freeze();
                            base.layer("bn_b").setTrainable(true);
                        });
        assertThat(changed)
                .containsExactlyInAnyOrder("bn_b/gamma", "bn_b/beta", "head/kernel", "head/bias");
    }

    @Test
    void thawedBetweenTwoFitsTheStatisticsMoveAtOnce() {
        build(null);
        base.freeze();
        Map<String, Tensor> frozen = afterFit(Device.cuda(0));
        base.thaw();
        model.fit(X, Y, SILENT);
        Map<String, Tensor> thawed = snapshot();
        assertThat(thawed).allSatisfy((n, v) -> assertThat(v.bitEquals(frozen.get(n))).isFalse());
    }
}
