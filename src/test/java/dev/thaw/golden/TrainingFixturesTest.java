package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.PredictOptions;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Training gives the history, the weights and the predictions that it gives in real Keras. */
final class TrainingFixturesTest {
    static List<TrainingFixtures.Case> fixtures() {
        return TrainingFixtures.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void onTheReference(TrainingFixtures.Case fixture) {
        play(fixture, new ReferenceBackend(), TrainingNoise.ONE_SIDE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void onTheCpu(TrainingFixtures.Case fixture) {
        play(fixture, Device.cpu().open(), TrainingNoise.BOTH_SIDES);
    }

    @Test
    void everyCaseIsRead() {
        assertThat(fixtures())
                .extracting(TrainingFixtures.Case::name)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(80);
    }

    private static void play(TrainingFixtures.Case fixture, Backend backend, TrainingNoise noise) {
        Model model = TrainingModels.of(fixture.model());
        assertThat(model.weights())
                .extracting(TrainingFixturesTest::name)
                .containsExactlyElementsOf(fixture.weights().keySet());
        model.setWeights(FixtureLayers.typed(model, List.copyOf(fixture.weights().values())));
        Map<String, Tensor> keras = new HashMap<>(fixture.weights());
        Optimizer optimizer = null;
        int steps = 0;
        try (Model running = model.on(backend)) {
            for (TrainingFixtures.Phase phase : fixture.phases()) {
                phase.flags().forEach(f -> layer(model, f.path()).setTrainable(f.value()));
                if (!phase.optimizer().name().equals("same")) {
                    optimizer = KerasArguments.optimizer(phase.optimizer());
                }
                running.compile(compilation(phase, optimizer));
                History history = running.fit(data(fixture.training()), options(fixture, phase));
                steps += steps(fixture, phase);
                Float32Noise bound = noise.after(steps);
                keras.putAll(phase.after());
                check(phase, history, bound);
                for (Weight w : model.weights()) {
                    if (w.variable().dtype() != DType.FLOAT32) {
                        assertThat(phase.after()).doesNotContainKey(name(w));
                        continue;
                    }
                    boolean moved = phase.after().containsKey(name(w));
                    boolean still = keras.get(name(w)) == fixture.weights().get(name(w));
                    assertThat(moved && still).isFalse();
                    (still ? Float32Noise.EXACT : bound)
                            .check(name(w), keras.get(name(w)), w.variable().value());
                }
                List<Tensor> y =
                        running.predict(
                                Dataset.of(fixture.training().x()),
                                PredictOptions.batchSize(32).withMode(Mode.INFERENCE));
                for (int i = 0; i < y.size(); i++) {
                    bound.check("prediction " + i, phase.predictions().get(i), y.get(i));
                }
            }
        }
    }

    private static String name(Weight w) {
        return w.layer().name() + "/" + w.spec().name();
    }

    private static Layer layer(Model model, String path) {
        return path.equals(".") ? model : model.layer(path);
    }

    private static int steps(TrainingFixtures.Case fixture, TrainingFixtures.Phase phase) {
        int rows = fixture.training().x().get(0).shape().dim(0);
        int trained = (int) Math.floor(rows * (1 - phase.validationSplit()));
        return phase.epochs() * ((trained + phase.batchSize() - 1) / phase.batchSize());
    }

    private static Compilation compilation(TrainingFixtures.Phase phase, Optimizer optimizer) {
        Compilation c =
                Compilation.of(
                        optimizer, phase.losses().stream().map(KerasArguments::loss).toList());
        if (!phase.lossWeights().isEmpty()) {
            c = c.withLossWeights(phase.lossWeights());
        }
        if (!phase.metrics().isEmpty()) {
            c = c.withMetrics(phase.metrics().stream().map(TrainingFixturesTest::metrics).toList());
        }
        if (!phase.weightedMetrics().isEmpty()) {
            c =
                    c.withWeightedMetrics(
                            phase.weightedMetrics().stream()
                                    .map(TrainingFixturesTest::metrics)
                                    .toList());
        }
        return c;
    }

    private static List<Metric> metrics(List<String> names) {
        return names.stream().map(Metric::of).toList();
    }

    private static TensorDataset data(TrainingFixtures.Rows rows) {
        List<Optional<Tensor>> weights = new ArrayList<>();
        for (int i = 0; i < rows.y().size() && !rows.weights().isEmpty(); i++) {
            weights.add(Optional.of(rows.weights().get(rows.weights().size() == 1 ? 0 : i)));
        }
        return new TensorDataset(rows.x(), rows.y(), weights);
    }

    private static FitOptions options(TrainingFixtures.Case fixture, TrainingFixtures.Phase phase) {
        FitOptions options =
                FitOptions.epochs(phase.epochs())
                        .withBatchSize(phase.batchSize())
                        .withShuffle(false)
                        .withVerbosity(FitOptions.Verbosity.SILENT)
                        .withValidationSplit(phase.validationSplit())
                        .withClassWeight(phase.classWeight());
        return fixture.validation().isEmpty()
                ? options
                : options.withValidation(data(fixture.validation().get()));
    }

    private static void check(TrainingFixtures.Phase phase, History history, Float32Noise bound) {
        phase.history()
                .forEach(
                        (name, values) -> {
                            List<Double> ours = history.get(name);
                            assertThat(ours).as(name).doesNotContainNull().hasSameSizeAs(values);
                            bound.check("history " + name, tensor(values), tensor(ours));
                        });
    }

    private static Tensor tensor(List<Double> values) {
        float[] all = new float[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = values.get(i).floatValue();
        }
        return Tensor.of(all);
    }
}
