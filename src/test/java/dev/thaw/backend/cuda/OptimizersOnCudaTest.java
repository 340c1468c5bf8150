package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adadelta;
import dev.thaw.train.optimizer.Adagrad;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.AdamW;
import dev.thaw.train.optimizer.Adamax;
import dev.thaw.train.optimizer.Ftrl;
import dev.thaw.train.optimizer.Nadam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.RMSprop;
import dev.thaw.train.optimizer.SGD;
import dev.thaw.train.optimizer.Schedules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What an optimizer does every so many steps, by the step, or once at the end is right where a GPU
 * replays one recorded step: weights and states are those of the CPU.
 */
@OnSimulator
class OptimizersOnCudaTest {
    private static final int STEPS = 9;
    private static final int BATCH = 8;
    private static final Tensor X = Noise.uniform(1, BATCH * STEPS, 10);
    private static final Tensor Y = Noise.thirds(X);

    /**
     * A step runs some 40 ops, and its sums have up to 10 terms; 4 standard deviations of a walk.
     */
    private static final double WALK = 4 * Math.sqrt(40 * 10);

    /** Both sides round to float32; errors of different steps add up at full size. */
    private static final double NOISE = 2 * STEPS * WALK * 0x1p-24;

    static Stream<Arguments> optimizers() {
        return Stream.of(
                named("Nadam in groups", () -> new Nadam(.01).gradientAccumulationSteps(2)),
                named(
                        "AdamW in groups, clipped together",
                        () -> new AdamW(.01).gradientAccumulationSteps(4).globalClipnorm(.1)),
                named(
                        "averages put in",
                        () -> new SGD(.1).useEma(true).emaMomentum(.7).emaOverwriteFrequency(3)),
                named(
                        "a schedule, in groups",
                        () ->
                                new Adagrad(new Schedules.CosineDecay(.1, 7, .1, .2, 2))
                                        .gradientAccumulationSteps(2)),
                named("a scaled loss", () -> new RMSprop(.01).lossScaleFactor(64)),
                named("AMSGrad, clipped", () -> new Adam(.01).amsgrad(true).clipnorm(.1)),
                named(
                        "Adamax without decay of some",
                        () ->
                                new Adamax(.01)
                                        .weightDecay(.1)
                                        .excludeFromWeightDecay("bias", "gamma")),
                named("Adadelta", () -> new Adadelta(1).clipvalue(.01)),
                named("Ftrl", () -> new Ftrl(.1).l1RegularizationStrength(.01)));
    }

    private static Arguments named(String name, Supplier<Optimizer> optimizer) {
        return Arguments.of(name, optimizer);
    }

    private static List<Tensor> train(Device device, Supplier<Optimizer> maker) {
        RandomSeed.set(8);
        Optimizer optimizer = maker.get();
        try (Model m =
                new Sequential(
                                Input.of(10),
                                new Dense(12)
                                        .useBias(false)
                                        .activityRegularizer(Regularizer.l2(.01)),
                                new BatchNormalization(),
                                new Dense(8, ActivationFunction.TANH)
                                        .kernelConstraint(new Constraint.MaxNorm(1, 0)),
                                new Dense(3)
                                        .biasConstraint(new Constraint.NonNeg())
                                        .kernelConstraint(new Constraint.UnitNorm(0)))
                        .on(device)) {
            m.compile(optimizer, new SparseCategoricalCrossentropy(true));
            m.fit(
                    X,
                    Y,
                    FitOptions.epochs(1)
                            .withBatchSize(BATCH)
                            .withShuffle(false)
                            .withVerbosity(FitOptions.Verbosity.SILENT));
            List<Tensor> all = new ArrayList<>(m.getWeights());
            List<Variable> trainable = m.trainableWeights().stream().map(Weight::variable).toList();
            optimizer.variables(trainable).forEach(v -> all.add(v.value().copy()));
            return all;
        }
    }

    @Test
    void weightsThatDoNotDecayTakeNoLaunchOfTheirOwn() {
        Simulator simulator = Simulator.require();
        simulator.set(Simulator.Setting.TRACE, 1);
        train(Device.cuda(0), () -> new AdamW(.01).excludeFromWeightDecay("bias", "gamma"));
        assertThat(simulator.trace()).filteredOn("update_adam"::equals).hasSize(STEPS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void weightsAndStatesAreThoseOfTheCpu(String name, Supplier<Optimizer> maker) {
        List<Tensor> cpu = train(Device.cpu(), maker);
        List<Tensor> cuda = train(Device.cuda(0), maker);
        assertThat(cuda).hasSameSizeAs(cpu);
        for (int i = 0; i < cpu.size(); i++) {
            if (cpu.get(i).dtype() == DType.INT64) {
                assertThat(cuda.get(i).longs()).containsExactly(STEPS);
                continue;
            }
            float[] want = cpu.get(i).floats();
            float[] got = cuda.get(i).floats();
            for (int k = 0; k < want.length; k++) {
                assertThat((double) Math.abs(got[k] - want[k]))
                        .as("%s: tensor %d, element %d: %s, got %s", name, i, k, want[k], got[k])
                        .isLessThanOrEqualTo(NOISE * Math.max(1, Math.abs(want[k])));
            }
        }
    }
}
