package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.data.Batch;
import dev.thaw.data.DataException;
import dev.thaw.data.Dataset;
import dev.thaw.data.Sample;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.FitOptions.Verbosity;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Data that stream train, evaluate and predict as the same data in memory do. */
final class StreamTest {
    private static final int ROWS = 50;
    private static final int BATCH = 8;
    private static final int CLASSES = 3;
    private static final FitOptions OPTIONS =
            FitOptions.epochs(3).withBatchSize(BATCH).withSeed(5).withVerbosity(Verbosity.SILENT);

    private static final FitOptions ONE =
            FitOptions.epochs(1).withBatchSize(BATCH).withVerbosity(Verbosity.SILENT);

    private final List<Model> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Model::close);
    }

    private Model compiled() {
        RandomSeed.set(9);
        Model m = new Sequential(Input.of(2), new BatchNormalization(), new Dense(CLASSES));
        m.compile(new Adam(), new SparseCategoricalCrossentropy(true), Metric.of("accuracy"));
        open.add(m);
        return m;
    }

    private static float[] row(int i) {
        return new float[] {(float) Math.sin(i), (float) Math.cos(3 * i)};
    }

    private static Sample sample(int i) {
        return Sample.of(Tensor.of(row(i)), i % CLASSES);
    }

    private static TensorDataset inMemory() {
        Tensor x = Tensor.zeros(Shape.of(ROWS, 2), DType.FLOAT32);
        int[] y = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            x.setRow(i, Tensor.of(row(i)));
            y[i] = i % CLASSES;
        }
        return Dataset.of(x, Tensor.of(y));
    }

    private static Dataset byNumber() {
        return Dataset.of(ROWS, StreamTest::sample);
    }

    private static Dataset fromFrontToBack() {
        return Dataset.stream(() -> IntStream.range(0, ROWS).mapToObj(StreamTest::sample));
    }

    private static void requireSameWeights(Model a, Model b) {
        List<Tensor> of = b.getWeights();
        for (int i = 0; i < of.size(); i++) {
            assertThat(a.getWeights().get(i).bitEquals(of.get(i))).as("weight %d", i).isTrue();
        }
    }

    @Test
    void samplesByNumberTrainToTheBitAsTensorsDo() {
        Model a = compiled();
        Model b = compiled();
        FitOptions options = OPTIONS.withClassWeight(Map.of(1, 2.5));
        assertThat(a.fit(byNumber(), options.withValidation(byNumber())).epochs())
                .isEqualTo(b.fit(inMemory(), options.withValidation(inMemory())).epochs());
        requireSameWeights(a, b);
        assertThat(a.evaluate(byNumber(), EvaluateOptions.batchSize(7)))
                .isEqualTo(b.evaluate(inMemory(), EvaluateOptions.batchSize(7)));
        PredictOptions seven = PredictOptions.batchSize(7);
        Tensor y = a.predict(byNumber(), seven).get(0);
        assertThat(y.shape()).isEqualTo(Shape.of(ROWS, CLASSES));
        assertThat(y.bitEquals(b.predict(inMemory(), seven).get(0))).isTrue();
    }

    @Test
    void aStreamThatIsNotShuffledTrainsAsTensorsInTheirOrder() {
        Model a = compiled();
        Model b = compiled();
        a.fit(fromFrontToBack(), OPTIONS);
        b.fit(inMemory(), OPTIONS.withShuffle(false));
        requireSameWeights(a, b);
    }

    @Test
    void weightsOfSamplesCountAsThoseOfRows() {
        float[] weights = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            weights[i] = i % 5 / 2f;
        }
        Model a = compiled();
        Model b = compiled();
        a.fit(Dataset.of(ROWS, i -> sample(i).withWeight(weights[i])), OPTIONS);
        b.fit(inMemory(), OPTIONS.withSampleWeight(weights));
        requireSameWeights(a, b);
    }

    @Test
    void aModelThatDataBuildDrawsAsOneThatWasBuiltBefore() {
        Model[] models = new Model[2];
        for (int k = 0; k < 2; k++) {
            RandomSeed.set(9);
            Dense[] layers = {new Dense(4), new Dense(CLASSES)};
            models[k] = k == 0 ? new Sequential(layers) : new Sequential(Input.of(2), layers);
            open.add(models[k]);
            models[k].compile(new Adam(), new SparseCategoricalCrossentropy(true));
            // no seed: the order's is drawn behind the weights'
            models[k].fit(byNumber(), FitOptions.epochs(1).withVerbosity(Verbosity.SILENT));
        }
        requireSameWeights(models[0], models[1]);
    }

    @Test
    void aFitThatIsContinuedEndsWhereOneFitEnds() {
        Model a = compiled();
        Model b = compiled();
        List<Integer> seen = new ArrayList<>();
        Callback epochs =
                new Callback() {
                    @Override
                    public void onEpochBegin(int epoch, OptionalInt steps, Model model) {
                        seen.add(epoch);
                    }
                };
        a.fit(inMemory(), OPTIONS);
        b.fit(inMemory(), ONE.withSeed(5));
        b.fit(inMemory(), OPTIONS.withInitialEpoch(1).withCallbacks(epochs));
        requireSameWeights(a, b);
        assertThat(seen).containsExactly(1, 2);
        assertThat(b.fit(inMemory(), OPTIONS.withInitialEpoch(3)).epochs()).isEmpty();
        requireSameWeights(a, b);
    }

    /** Notes which samples come, through all epochs. */
    private static Dataset noting(Dataset data, List<Long> into) {
        return new Dataset() {
            @Override
            public OptionalLong size() {
                return data.size();
            }

            @Override
            public Pass pass(int epoch, int batchSize, OptionalLong seed) {
                Pass pass = data.pass(epoch, batchSize, seed);
                return new Pass() {
                    @Override
                    public Optional<Batch> next() {
                        Optional<Batch> b = pass.next();
                        b.ifPresent(n -> Arrays.stream(n.numbers()).forEach(into::add));
                        return b;
                    }

                    @Override
                    public void close() {
                        pass.close();
                    }
                };
            }
        };
    }

    @Test
    void anEpochOfSoManyStepsGoesOnBehindTheOneBefore() {
        List<Long> seen = new ArrayList<>();
        List<OptionalInt> steps = new ArrayList<>();
        Callback note =
                new Callback() {
                    @Override
                    public void onEpochBegin(int epoch, OptionalInt n, Model model) {
                        steps.add(n);
                    }
                };
        // 7 batches are a pass: 4 and 3, where the data end, then 4 of another pass
        History h =
                compiled()
                        .fit(
                                noting(fromFrontToBack(), seen),
                                OPTIONS.withStepsPerEpoch(4).withCallbacks(note));
        assertThat(h.epochs()).hasSize(3);
        assertThat(seen.stream().limit(ROWS)).isSorted().doesNotHaveDuplicates();
        assertThat(seen).hasSize(ROWS + 4 * BATCH);
        assertThat(steps).containsOnly(OptionalInt.of(4));
        steps.clear();
        compiled().fit(byNumber(), OPTIONS.withCallbacks(note));
        compiled().fit(fromFrontToBack(), OPTIONS.withCallbacks(note));
        assertThat(steps)
                .containsExactly(
                        OptionalInt.of(7),
                        OptionalInt.of(7),
                        OptionalInt.of(7),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty());
    }

    @Test
    void stepsOfEvaluationPredictionAndValidationBeginAtTheFront() {
        Model m = compiled();
        TensorDataset front = inMemory().part(0, 2 * BATCH);
        assertThat(m.evaluate(byNumber(), EvaluateOptions.batchSize(BATCH).withSteps(2)))
                .isEqualTo(m.evaluate(front, EvaluateOptions.batchSize(BATCH)));
        assertThat(
                        m.predict(byNumber(), PredictOptions.batchSize(BATCH).withSteps(2))
                                .get(0)
                                .shape())
                .isEqualTo(Shape.of(2 * BATCH, CLASSES));
        Model other = compiled();
        assertThat(
                        m.fit(inMemory(), OPTIONS.withValidation(byNumber()).withValidationSteps(2))
                                .epochs())
                .isEqualTo(other.fit(inMemory(), OPTIONS.withValidation(front)).epochs());
    }

    @Test
    void validationComesAfterEverySoManyEpochsAndTheCurveHasThose() {
        History h =
                compiled()
                        .fit(
                                byNumber(),
                                FitOptions.epochs(5)
                                        .withVerbosity(Verbosity.SILENT)
                                        .withValidation(byNumber())
                                        .withValidationFreq(2));
        assertThat(h.epochs().stream().map(e -> e.containsKey("val_loss")))
                .containsExactly(false, true, false, true, false);
        assertThat(h.get("val_loss")).hasSize(2).doesNotContainNull();
        assertThat(h.last("val_loss")).isEqualTo(h.epochs().get(3).get("val_loss"));
        assertThat(h.get("loss")).hasSize(5);
        assertThatThrownBy(() -> h.get("val_shoe_size")).hasMessageContaining("val_loss");
    }

    @Test
    void whatAStreamCannotGiveIsRefusedWithTheRemedy() {
        Model m = compiled();
        assertThatThrownBy(() -> m.fit(byNumber(), OPTIONS.withValidationSplit(.5)))
                .hasMessageContaining("validation_split needs tensors in memory")
                .hasMessageContaining("withValidation(..)");
        assertThatThrownBy(() -> m.fit(byNumber(), OPTIONS.withSampleWeight(new float[ROWS])))
                .hasMessageContaining("sample_weight needs tensors in memory")
                .hasMessageContaining("Sample.withWeight");
        Dataset nothing = Dataset.stream(java.util.stream.Stream::empty);
        assertThatThrownBy(() -> m.fit(nothing, OPTIONS)).hasMessageContaining("no sample");
        assertThatThrownBy(() -> m.predict(nothing, PredictOptions.DEFAULT))
                .hasMessageContaining("no sample");
        assertThatThrownBy(() -> OPTIONS.withStepsPerEpoch(0))
                .hasMessageContaining("steps_per_epoch");
        assertThatThrownBy(() -> OPTIONS.withValidationFreq(0))
                .hasMessageContaining("validation_freq");
        assertThatThrownBy(() -> OPTIONS.withInitialEpoch(-1))
                .hasMessageContaining("initial_epoch");
        assertThatThrownBy(() -> PredictOptions.batchSize(0)).hasMessageContaining("batch_size");
    }

    @Test
    void anExceptionOfTheSourceNamesItsSampleAndEndsTheReader() {
        List<Thread> readers = new ArrayList<>();
        Dataset data =
                Dataset.of(
                        ROWS,
                        i -> {
                            readers.add(Thread.currentThread());
                            if (i == 33) {
                                throw new IllegalStateException("cannot open 33.png");
                            }
                            return sample(i);
                        });
        assertThatThrownBy(() -> compiled().fit(data, OPTIONS.withShuffle(false)))
                .isInstanceOfSatisfying(
                        DataException.class, e -> assertThat(e.sample()).hasValue(33))
                .hasMessageContaining("sample 33 cannot be read: cannot open 33.png");
        assertThat(readers).isNotEmpty().noneMatch(Thread::isAlive);
    }

    @Test
    void targetsThatDoNotFitAreNamedBySampleAndTheWeightsAreThoseBefore() {
        Model m = compiled();
        Model other = compiled();
        Dataset bad = Dataset.of(ROWS, i -> i == 20 ? Sample.of(Tensor.of(row(i)), 9) : sample(i));
        assertThatThrownBy(() -> m.fit(bad, OPTIONS.withShuffle(false)))
                .hasMessageContaining("got 9 in sample 20");
        other.fit(inMemory().part(0, 2 * BATCH), ONE.withShuffle(false));
        requireSameWeights(m, other);
    }

    @Test
    void dataThatDoNotFitAreRefusedBeforeAnybodyHearsOfATraining() {
        Callback never =
                new Callback() {
                    @Override
                    public void onTrainBegin(Model model) {
                        throw new AssertionError("training began");
                    }
                };
        FitOptions options = OPTIONS.withCallbacks(never);
        Dataset wide = Dataset.of(ROWS, i -> Sample.of(Tensor.of(new float[3]), 0));
        assertThatThrownBy(() -> compiled().fit(wide, options)).hasMessageContaining("(8, 3)");
        assertThatThrownBy(() -> compiled().fit(byNumber(), options.withValidation(wide)))
                .hasMessageContaining("(8, 3)");
    }

    @Test
    void predictionsInTrainingModeMoveStatisticsAsCallsDo() {
        Model a = compiled();
        Model b = compiled();
        Tensor y =
                a.predict(inMemory(), PredictOptions.batchSize(ROWS).withMode(Mode.TRAINING))
                        .get(0);
        assertThat(y.bitEquals(b.call(inMemory().batch().x(), Mode.TRAINING).get(0))).isTrue();
        requireSameWeights(a, b);
    }

    /** The model of a callback is the one that trains, with all its methods. */
    @Test
    void aCallbackHasTheModel() {
        Model m = compiled();
        List<Double> losses = new ArrayList<>();
        Callback judge =
                new Callback() {
                    @Override
                    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
                        assertThat(model).isSameAs(m);
                        losses.add(model.evaluate(byNumber(), EvaluateOptions.DEFAULT).get("loss"));
                        return true;
                    }
                };
        History h =
                m.fit(
                        byNumber(),
                        OPTIONS.withBatchSize(32).withValidation(inMemory()).withCallbacks(judge));
        assertThat(losses).isEqualTo(h.get("val_loss"));
    }

    @Test
    void oneSourceMayTrainAndValidate() {
        Dataset data = fromFrontToBack();
        Model m = compiled();
        History h = m.fit(data, OPTIONS.withStepsPerEpoch(2).withValidation(data));
        assertThat(h.get("val_loss")).hasSize(3);
    }
}
