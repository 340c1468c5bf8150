package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Backend;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.FitOptions.Verbosity;
import dev.thaw.model.callback.Callback;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Training as a whole: repeatable, with partial batches, several modes, callbacks and nested calls.
 */
class TrainingTest {
    private static final FitOptions SILENT =
            FitOptions.epochs(3).withVerbosity(Verbosity.SILENT).withSeed(5);

    private static Tensor noise(long seed, int... dims) {
        java.util.SplittableRandom r = new java.util.SplittableRandom(seed);
        Tensor t = Tensor.zeros(Shape.of(dims), dev.thaw.tensor.DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return t;
    }

    private static Tensor labels(Tensor x, int classes) {
        int rows = x.shape().dim(0);
        int width = x.size() / rows;
        int[] y = new int[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = Math.floorMod(Math.round(3 * x.floats()[i * width]), classes);
        }
        return Tensor.of(y);
    }

    private static Model classifier() {
        RandomSeed.set(9);
        return new Sequential(
                Input.of(10),
                new BatchNormalization(),
                new Dense(16, ActivationFunction.RELU),
                new Dropout(.25),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    @Test
    void twoRunsWithOneSeedAgreeToTheLastBit() {
        Tensor x = noise(1, 103, 10);
        List<List<Tensor>> weights = new ArrayList<>();
        List<History> histories = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (Model m = classifier()) {
                m.compile(new Adam(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
                histories.add(m.fit(x, labels(x, 3), SILENT));
                weights.add(m.getWeights());
            }
        }
        assertThat(histories.get(0).epochs()).isEqualTo(histories.get(1).epochs());
        for (int i = 0; i < weights.get(0).size(); i++) {
            assertThat(weights.get(0).get(i).bitEquals(weights.get(1).get(i))).isTrue();
        }
    }

    @Test
    void historyHasLossMetricsAndValidationForEachEpoch() {
        Tensor x = noise(1, 103, 10);
        try (Model m = classifier()) {
            m.compile(new Adam(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
            History h = m.fit(x, labels(x, 3), SILENT.withValidationSplit(.2));
            assertThat(h.epochs()).hasSize(3);
            assertThat(h.epochs().get(0).keySet())
                    .containsExactly("loss", "accuracy", "val_loss", "val_accuracy");
            Map<String, Double> after =
                    m.evaluate(
                            x.rows(82, 103),
                            Tensor.of(java.util.Arrays.copyOfRange(labels(x, 3).ints(), 82, 103)));
            assertThat(after.get("loss")).isEqualTo(h.last("val_loss"));
        }
    }

    @Test
    void theLossOfAPartialLastBatchCountsByItsRows() {
        Symbol in = Input.of(1);
        try (Model m =
                new Model(
                        in,
                        new Dense(1)
                                .kernelInitializer(dev.thaw.layer.weight.Initializer.zeros())
                                .apply(in))) {
            m.compile(new SGD(0), new MeanSquaredError());
            Tensor y = Tensor.of(new float[] {1, 1, 1, 1, 3}, 5, 1);
            History h =
                    m.fit(
                            Tensor.of(new float[5], 5, 1),
                            y,
                            FitOptions.epochs(1)
                                    .withBatchSize(2)
                                    .withShuffle(false)
                                    .withVerbosity(Verbosity.SILENT));
            assertThat(h.last("loss")).isCloseTo((4 + 9) / 5.0, within(1e-6));
        }
    }

    @Test
    void monteCarloDropsAndLeavesStatisticsAlone() {
        Tensor x = noise(1, 7, 10);
        try (Model m = classifier()) {
            List<Tensor> before = m.getWeights();
            MonteCarlo mc = m.predictMonteCarlo(x, 40);
            assertThat(mc.mean().shape()).isEqualTo(Shape.of(7, 3));
            for (float sd : mc.standardDeviation().floats()) {
                assertThat(sd).isPositive();
            }
            for (int i = 0; i < before.size(); i++) {
                assertThat(m.getWeights().get(i).bitEquals(before.get(i))).isTrue();
            }
            assertThat(m.explain(Mode.MONTE_CARLO).layers())
                    .filteredOn(e -> e.type().equals("BatchNormalization"))
                    .isNotEmpty()
                    .allMatch(e -> e.statisticsMove().isEmpty());
        }
    }

    @Test
    void eachTrainingCallDrawsANewMaskAndInferenceDrawsNone() {
        Symbol in = Input.of(50);
        try (Model m = new Model(in, new Dropout(.5).seed(4).apply(in))) {
            Tensor ones = Tensor.full(Shape.of(4, 50), 1);
            Tensor first = m.call(ones, Mode.TRAINING);
            m.call(ones, Mode.INFERENCE);
            Tensor second = m.call(ones, Mode.TRAINING);
            assertThat(first.bitEquals(second)).isFalse();
            assertThat(m.call(ones).bitEquals(ones)).isTrue();
        }
    }

    @Test
    void oneDropoutCalledTwiceInAStepDrawsTwoMasks() {
        Dropout drop = new Dropout(.5);
        Symbol in = Input.of(50);
        try (Model m = new Model(List.of(in), List.of(drop.apply(in), drop.apply(in)))) {
            List<Tensor> y = m.call(List.of(Tensor.full(Shape.of(4, 50), 1)), Mode.TRAINING);
            assertThat(y.get(0).bitEquals(y.get(1))).isFalse();
        }
    }

    @Test
    void aSharedNormalizationMovesItsStatisticsOncePerCall() {
        BatchNormalization bn = new BatchNormalization();
        Symbol a = Input.of(2);
        Symbol b = Input.of(2);
        try (Model m =
                new Model(
                        List.of(a, b),
                        List.of(new Add().apply(List.of(bn.apply(a), bn.apply(b)))))) {
            Tensor ones = Tensor.full(Shape.of(3, 2), 1);
            m.call(List.of(ones, Tensor.full(Shape.of(3, 2), 2)), Mode.TRAINING);
            // 0 .99 + 1 .01, then that .99 + 2 .01
            assertThat(bn.variable("moving_mean").value().floats()[0])
                    .isCloseTo(.01f * .99f + .02f, within(1e-7f));
        }
    }

    @Test
    void weightsThatAreThawedLaterGetFreshSlotsAndTheOthersKeepTheirs() {
        Tensor x = noise(1, 64, 10);
        try (Model m = classifier()) {
            Layer first = m.layers().get(2);
            first.setTrainable(false);
            Adam adam = new Adam();
            m.compile(adam, new SparseCategoricalCrossentropy());
            m.fit(x, labels(x, 3), SILENT);
            assertThat(adam.slots(first.variable("kernel"))).isEmpty();
            Tensor slot =
                    adam.slots(m.layers().get(4).variable("kernel")).get("momentum").value().copy();
            assertThat(slot.floats()).isNotEqualTo(new float[slot.size()]);
            first.setTrainable(true);
            m.trainOnBatch(x, labels(x, 3));
            assertThat(adam.slots(first.variable("kernel"))).hasSize(2);
            assertThat(adam.iterations()).isEqualTo(7);
        }
    }

    @Test
    void aLearningRateTakesEffectAtTheNextStep() {
        Tensor x = noise(1, 32, 10);
        try (Model m = classifier()) {
            SGD sgd = new SGD(.1);
            m.compile(sgd, new SparseCategoricalCrossentropy());
            m.trainOnBatch(x, labels(x, 3));
            sgd.setLearningRate(0);
            Tensor before = m.layers().get(2).variable("kernel").value().copy();
            m.trainOnBatch(x, labels(x, 3));
            assertThat(m.layers().get(2).variable("kernel").value().bitEquals(before)).isTrue();
        }
    }

    @Test
    void callbacksSeeEveryStepAndCanStop() {
        Tensor x = noise(1, 70, 10);
        List<String> seen = new ArrayList<>();
        Callback stopper =
                new Callback() {
                    @Override
                    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
                        seen.add(epoch + ":" + step + ":" + running.read().containsKey("loss"));
                    }

                    @Override
                    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
                        return epoch < 1;
                    }
                };
        try (Model m = classifier()) {
            m.compile(new SGD(), new SparseCategoricalCrossentropy());
            History h =
                    m.fit(
                            x,
                            labels(x, 3),
                            FitOptions.epochs(9)
                                    .withVerbosity(Verbosity.SILENT)
                                    .withCallbacks(stopper));
            assertThat(h.epochs()).hasSize(2);
            assertThat(seen)
                    .containsExactly(
                            "0:0:true", "0:1:true", "0:2:true", "1:0:true", "1:1:true", "1:2:true");
        }
    }

    /** Calls another layer inside itself, once in a mode of its own. */
    private static final class Composite extends Layer {
        private final Dropout own = track(new Dropout(.5));
        private final Mode inner;

        Composite(Mode inner) {
            this.inner = inner;
        }

        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return inputs;
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            return inner == null ? l.call(own, inputs) : l.call(own, inputs, inner);
        }
    }

    @Test
    void alayerInsideACustomLayerInheritsUnlessGivenAModeOfItsOwn() {
        Tensor ones = Tensor.full(Shape.of(4, 50), 1);
        for (Mode inner : new Mode[] {null, Mode.INFERENCE, Mode.TRAINING}) {
            Symbol in = Input.of(50);
            try (Model m = new Model(in, new Composite(inner).apply(in))) {
                boolean drops = !m.call(ones, Mode.TRAINING).bitEquals(ones);
                assertThat(drops).isEqualTo(inner != Mode.INFERENCE);
                assertThat(!m.predict(ones).bitEquals(ones)).isEqualTo(inner == Mode.TRAINING);
            }
        }
    }

    /** Has a default of its own, as image augmentation in Keras. */
    private static final class Augmentation extends Layer {
        private final Dropout own = track(new Dropout(.5));

        @Override
        public Optional<Mode> defaultMode() {
            return Optional.of(Mode.TRAINING);
        }

        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return inputs;
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            return l.call(own, inputs);
        }
    }

    @Test
    void aLayersOwnDefaultHoldsWhenNobodyGivesAModeAndNeverLeaksToItsSiblings() {
        Symbol in = Input.of(50);
        Symbol augmented = new Augmentation().apply(in);
        Symbol after = new Dropout(.5).apply(in);
        try (Model m = new Model(List.of(in), List.of(augmented, after))) {
            Tensor ones = Tensor.full(Shape.of(4, 50), 1);
            List<Tensor> plain = m.call(List.of(ones));
            assertThat(plain.get(0).bitEquals(ones)).isFalse();
            assertThat(plain.get(1).bitEquals(ones)).isTrue();
            assertThat(m.call(List.of(ones), Mode.INFERENCE).get(0).bitEquals(ones)).isTrue();
        }
    }

    @Test
    void plansAreReadable() {
        Tensor x = noise(1, 32, 10);
        try (Model m = classifier()) {
            m.compile(new Adam(), new SparseCategoricalCrossentropy());
            m.trainOnBatch(x, labels(x, 3));
            assertThat(m.trainingPlan(32))
                    .contains(
                            "BatchNormTrain x=",
                            "MovingAverage *moving=",
                            "rule=Adam[",
                            "Dropout",
                            "arena");
            assertThat(m.plan(Mode.INFERENCE, 32))
                    .contains("BatchNormInfer")
                    .doesNotContain("BatchNormTrain", "Dropout", "Grad");
        }
    }

    @Test
    void aPlanSaysThatItHasNoArenaWhereEachValueHasMemoryOfItsOwn() {
        assertThat(planWhereExactIs("true"))
                .contains("no arena by thaw.debug.exact")
                .doesNotContain("@");
        assertThat(planWhereExactIs("false")).contains("@").doesNotContain("no arena");
    }

    private static String planWhereExactIs(String value) {
        String before = System.getProperty(Backend.EXACT_PROPERTY, "false");
        System.setProperty(Backend.EXACT_PROPERTY, value);
        try (Model m = classifier()) {
            return m.plan(Mode.INFERENCE, 32);
        } finally {
            System.setProperty(Backend.EXACT_PROPERTY, before);
        }
    }

    @Test
    void summaryCountsAsKerasDoes() {
        try (Model m = classifier()) {
            assertThat(m.summary())
                    .contains("Total params: 267")
                    .contains("Trainable params: 247")
                    .contains("Non-trainable params: 20");
        }
    }
}
