package dev.thaw.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The main job on a few digits, on CUDA and on the CPU from one seed: the same initial weights, the
 * same order of rows, the same dropout masks. So few digits teach little; what counts is that both
 * devices learn the same. The accuracies are those of this test's digits, not of the main job.
 */
@OnSimulator
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobOnSimulatorTest {
    private static final int BATCH = 8;

    /** A GPU that no other test uses: a backend remembers what was refused. */
    private static final int REFUSING = 1;

    /**
     * The first convolution in training and its filter's gradient; with its normalization folded
     * in, in a frozen base and in prediction.
     */
    private static final int GEOMETRIES = 4;

    private static final int JUDGED = 200;

    /**
     * With Adam's own 1e-7, weights whose gradient is mere rounding move by the full rate, and in
     * which direction is chance: the devices would drift apart faster than rounding explains.
     */
    private static final double EPSILON = 1e-4;

    private static final Digits ALL = first(Digits.training().flat(), 320);
    private static final Digits LOW = first(Digits.training().between(0, 4), 160);
    private static final Digits HIGH = first(Digits.training().between(5, 9), 128);
    private static final Digits ALL_TEST = first(Digits.test().flat(), JUDGED);
    private static final Digits LOW_TEST = first(Digits.test().between(0, 4), JUDGED);
    private static final Digits HIGH_TEST = first(Digits.test().between(5, 9), JUDGED);

    private List<Phase> onCpu;

    /** Ops of a step in the deepest of the networks, forward and backward. */
    private static final int OPS = 40;

    /** Terms of the longest sum, a channel's mean: 8 images of 14 by 14 pixels. */
    private static final int TERMS = BATCH * 14 * 14;

    /**
     * What rounding to float32 adds in a step: errors within it walk at random, 4 standard
     * deviations of it, through numbers below 1.
     */
    private static final double STEP_NOISE = 4 * Math.sqrt(OPS * TERMS) * 0x1p-24;

    /**
     * What the devices think of some digits after so many steps of training.
     *
     * @param probabilities [digits, classes]
     */
    private record Phase(String name, int steps, Tensor probabilities, Tensor labels) {
        /**
         * Bound of the difference of a probability between two devices: both round, and the errors
         * of different steps add up at full size, since each begins with the weights that the one
         * before left.
         */
        double noise() {
            return 2 * steps * STEP_NOISE;
        }

        private float p(int digit, int label) {
            return probabilities.floats()[digit * classes() + label];
        }

        private int classes() {
            return probabilities.shape().dim(1);
        }

        private int best(int digit) {
            int best = 0;
            for (int c = 1; c < classes(); c++) {
                best = p(digit, c) > p(digit, best) ? c : best;
            }
            return best;
        }

        int correct() {
            int correct = 0;
            for (int i = 0; i < labels.size(); i++) {
                correct += best(i) == labels.ints()[i] ? 1 : 0;
            }
            return correct;
        }

        /** Digits for which the noise of two probabilities could make another label the best. */
        int undecided() {
            int undecided = 0;
            for (int i = 0; i < labels.size(); i++) {
                int best = best(i);
                double second = 0;
                for (int c = 0; c < classes(); c++) {
                    second = c == best ? second : Math.max(second, p(i, c));
                }
                undecided += p(i, best) - second <= 2 * noise() ? 1 : 0;
            }
            return undecided;
        }

        double farthest(Phase o) {
            double farthest = 0;
            for (int i = 0; i < probabilities.size(); i++) {
                double off = probabilities.floats()[i] - o.probabilities.floats()[i];
                farthest = Math.max(farthest, Math.abs(off));
            }
            return farthest;
        }
    }

    private static Digits first(Digits all, int n) {
        return new Digits(all.images().rows(0, n), all.labels().rows(0, n));
    }

    /** Trains; returns the number of steps. */
    private static int fit(Model m, Digits digits, double rate, int epochs) {
        m.compile(new Adam(rate).epsilon(EPSILON), new SparseCategoricalCrossentropy());
        m.fit(
                digits.data(),
                FitOptions.epochs(epochs)
                        .withBatchSize(BATCH)
                        .withSeed(7)
                        .withVerbosity(FitOptions.Verbosity.SILENT));
        return epochs * digits.count() / BATCH;
    }

    private static Phase judge(String name, int steps, Model m, Digits digits) {
        return new Phase(name, steps, m.predict(digits.images()), digits.labels());
    }

    private static List<Phase> run(Device device) {
        RandomSeed.set(42);
        List<Phase> all = new ArrayList<>();
        try (Sequential m = Networks.geron()) {
            m.on(device);
            all.add(judge("(a) Géron's net, 0-9", fit(m, ALL, 1e-3, 3), m, ALL_TEST));
        }
        try (Model pretrained = Networks.pretrained().on(device)) {
            int steps = fit(pretrained, LOW, 5e-4, 1);
            all.add(judge("(b) Keras's base, 0-4", steps, pretrained, LOW_TEST));
            Model base = (Model) pretrained.layer("base");
            try (Model m = Networks.transfer(base, Mode.INFERENCE).on(device)) {
                base.freeze();
                steps += fit(m, HIGH, 1e-3, 4);
                all.add(judge("(c) frozen base, new head, 5-9", steps, m, HIGH_TEST));
                base.thaw();
                steps += fit(m, HIGH, 3e-4, 1);
                all.add(judge("(d) thawed, 5-9", steps, m, HIGH_TEST));
            }
        }
        return all;
    }

    /**
     * By how much one step of plain gradient descent at rate 1 changes each weight of the thawed
     * network: the gradients, through inference BN down to the first convolution.
     */
    private static List<Tensor> gradients(Device device) {
        RandomSeed.set(5);
        try (Model base = (Model) Networks.pretrained().layer("base");
                Model m = Networks.transfer(base, Mode.INFERENCE).on(device)) {
            List<Tensor> changes = m.getWeights().stream().map(Tensor::copy).toList();
            m.compile(new SGD(1), new SparseCategoricalCrossentropy());
            Digits batch = first(HIGH, BATCH);
            m.trainOnBatch(batch.images(), batch.labels());
            List<Tensor> after = m.getWeights();
            for (int i = 0; i < changes.size(); i++) {
                float[] change = changes.get(i).floats();
                for (int k = 0; k < change.length; k++) {
                    change[k] -= after.get(i).floats()[k];
                }
            }
            return changes;
        }
    }

    @Test
    void gradientsOfFineTuningAreThoseOfTheReference() {
        List<Tensor> expected = gradients(new Device("reference", 0));
        List<Tensor> got = gradients(Device.cuda(0));
        double farthest = 0;
        double largest = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int k = 0; k < expected.get(i).size(); k++) {
                double e = expected.get(i).floats()[k];
                farthest = Math.max(farthest, Math.abs(got.get(i).floats()[k] - e));
                largest = Math.max(largest, Math.abs(e));
            }
        }
        System.out.printf(
                "gradients of fine-tuning, up to %.2f: CUDA off the reference by %.1e, bound"
                        + " %.1e%n",
                largest, farthest, 2 * STEP_NOISE * Math.max(1, largest));
        assertThat(largest).isBetween(.1, 10.0);
        assertThat(farthest).isLessThan(2 * STEP_NOISE * Math.max(1, largest));
    }

    @BeforeAll
    void learnOnTheCpu() {
        onCpu = run(Device.cpu());
    }

    @Test
    void bothDevicesLearnTheSame() {
        requireSame(onCpu, run(Device.cuda(0)));
    }

    /**
     * cuDNN refuses to compute whatever it is asked for: kernels of our own learn the same, and
     * each geometry is told once.
     */
    @Test
    void ownKernelsLearnTheSameWhereCudnnRefuses() {
        Simulator simulator = Simulator.require();
        simulator.set(Setting.DEVICES, REFUSING + 1);
        simulator.set(Setting.CUDNN_REFUSES, 3);
        simulator.set(Setting.QUIET, 1);
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        List<Phase> got;
        try {
            got = run(Device.cuda(REFUSING));
        } finally {
            System.setErr(err);
        }
        List<String> warnings =
                log.toString().lines().filter(l -> l.contains("cuDNN refuses")).toList();
        requireSame(onCpu, got);
        assertThat(warnings).hasSize(GEOMETRIES).doesNotHaveDuplicates();
    }

    private static void requireSame(List<Phase> cpu, List<Phase> cuda) {
        for (int i = 0; i < cpu.size(); i++) {
            Phase a = cpu.get(i);
            Phase b = cuda.get(i);
            System.out.printf(
                    "%-30s of %d digits right: CPU %d, CUDA %d, within %d; probabilities differ by"
                            + " %.1e, bound %.1e (%d steps)%n",
                    a.name,
                    JUDGED,
                    a.correct(),
                    b.correct(),
                    a.undecided(),
                    a.farthest(b),
                    a.noise(),
                    a.steps);
            assertThat(a.farthest(b)).as(a.name).isLessThan(a.noise());
            assertThat(Math.abs(a.correct() - b.correct()))
                    .as("%s: digits right", a.name)
                    .isLessThanOrEqualTo(a.undecided());
        }
    }
}
