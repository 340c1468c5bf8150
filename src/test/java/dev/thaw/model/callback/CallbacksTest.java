package dev.thaw.model.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Callbacks do what Keras's do: fed with made-up curves, and in trainings. */
final class CallbacksTest {
    private final SGD optimizer = new SGD(.5);
    private final Model model =
            new Sequential(
                    Input.of(1), new Dense(1).useBias(false).kernelInitializer(Initializer.ones()));

    @BeforeEach
    void compile() {
        model.compile(
                optimizer,
                new MeanSquaredError(),
                Metric.of("accuracy"),
                Metric.of("cosine_similarity"));
    }

    @AfterEach
    void close() {
        model.close();
    }

    /** Feeds a curve; returns the epochs that it went on for. */
    private int epochs(Callback callback, String name, double... curve) {
        callback.onTrainBegin(model);
        int epoch = 0;
        for (boolean goOn = true; goOn && epoch < curve.length; epoch++) {
            callback.onEpochBegin(epoch, OptionalInt.of(1), model);
            model.setWeights(List.of(weight(epoch)));
            goOn = callback.onEpochEnd(epoch, new HashMap<>(Map.of(name, curve[epoch])), model);
        }
        callback.onTrainEnd(model);
        return epoch;
    }

    private static Tensor weight(float value) {
        return Tensor.of(new float[] {value}, 1, 1);
    }

    private float weight() {
        return model.getWeights().get(0).item();
    }

    @Test
    void trainingStopsWhenNothingGetsBetterForLongerThanThePatience() {
        assertThat(epochs(new EarlyStopping(), "val_loss", 3, 2, 2, 1)).isEqualTo(3);
        assertThat(epochs(new EarlyStopping().patience(2), "val_loss", 3, 2, 4, 4, 1)).isEqualTo(4);
        assertThat(epochs(new EarlyStopping().patience(2), "val_loss", 3, 2, 4, 1, 4, 3, 3))
                .isEqualTo(6);
        assertThat(epochs(new EarlyStopping().minDelta(.5), "val_loss", 3, 2.4, 2.1, 1))
                .isEqualTo(3);
    }

    @Test
    void whatIsBetterTheMetricSays() {
        assertThat(epochs(new EarlyStopping("accuracy"), "accuracy", .1, .2, .1)).isEqualTo(3);
        assertThat(epochs(new EarlyStopping("val_accuracy"), "val_accuracy", .2, .1)).isEqualTo(2);
        assertThat(epochs(new EarlyStopping("cosine_similarity"), "cosine_similarity", .1, .2, .3))
                .isEqualTo(3);
        assertThat(
                        epochs(
                                new EarlyStopping("learning_rate").mode(Direction.MAX),
                                "learning_rate",
                                1,
                                2,
                                2))
                .isEqualTo(3);
        assertThatThrownBy(() -> epochs(new EarlyStopping("shoe_size"), "shoe_size", 43))
                .hasMessageContaining("EarlyStopping")
                .hasMessageContaining("mode(..)");
    }

    @Test
    void aBaselineMustBeReachedForThePatienceToBeginAnew() {
        EarlyStopping e = new EarlyStopping().patience(3).baseline(1);
        // as in Keras, a better value that misses the baseline is taken, and still counts against
        // it
        assertThat(epochs(e, "val_loss", 5, 4, 3, 4, 2)).isEqualTo(4);
        assertThat(epochs(e, "val_loss", 5, .5, 3, 4, 2)).isEqualTo(5);
    }

    @Test
    void epochsBeforeTheStartAreNotLookedAt() {
        EarlyStopping e = new EarlyStopping().startFromEpoch(2);
        assertThat(epochs(e, "val_loss", 1, 2, 3, 4, 5)).isEqualTo(4);
        assertThat(e.stoppedEpoch()).isEqualTo(3);
    }

    @Test
    void theBestEpochsWeightsComeBack() {
        EarlyStopping e = new EarlyStopping().patience(1).restoreBestWeights(true);
        assertThat(epochs(e, "val_loss", 3, 2, 2.5, 1)).isEqualTo(3);
        assertThat(e.bestEpoch()).isEqualTo(1);
        assertThat(weight()).isEqualTo(1);
        epochs(new EarlyStopping(), "val_loss", 3, 4);
        assertThat(weight()).isEqualTo(1);
    }

    @Test
    void aQuantityThatIsMissingIsWarnedOfAndStopsNothing() {
        assertThat(epochs(new EarlyStopping(), "loss", 1, 2, 3)).isEqualTo(3);
    }

    @Test
    void theRateFallsOnAPlateauAndWaitsThen() {
        ReduceLROnPlateau r = new ReduceLROnPlateau().factor(.5).patience(2).cooldown(2);
        epochs(r, "val_loss", 3, 3, 3);
        assertThat(optimizer.learningRate()).isEqualTo(.25);
        optimizer.setLearningRate(.5);
        // falls at epoch 2; 3 and 4 cool down, so that the next waits are 4 and 5
        epochs(r, "val_loss", 3, 3, 3, 3, 3);
        assertThat(optimizer.learningRate()).isEqualTo(.25);
        optimizer.setLearningRate(.5);
        epochs(r, "val_loss", 3, 3, 3, 3, 3, 3);
        assertThat(optimizer.learningRate()).isEqualTo(.125);
    }

    @Test
    void theRateStaysAboveItsMinimumAndOnSmallProgressFalls() {
        ReduceLROnPlateau r =
                new ReduceLROnPlateau("val_accuracy")
                        .factor(.1)
                        .patience(1)
                        .minLearningRate(.2)
                        .minDelta(.01);
        epochs(r, "val_accuracy", .5, .505, .6);
        assertThat(optimizer.learningRate()).isEqualTo((float) .2);
        assertThatThrownBy(() -> r.factor(1)).hasMessageContaining("[0, 1)");
    }

    @Test
    void aScheduleSetsTheRateOfEachEpochAndItIsInTheHistory() {
        model.compile(optimizer, new MeanSquaredError());
        History h =
                fit(
                        Tensor.of(new float[] {1, 2}, 2, 1),
                        new LearningRateScheduler((epoch, rate) -> epoch == 0 ? .25 : rate / 2));
        assertThat(h.get("learning_rate")).containsExactly(.25, .125, .0625);
    }

    @Test
    void aLossThatIsNotFiniteEndsTrainingQuietly() {
        model.compile(new SGD(1e30), new MeanSquaredError());
        assertThat(fit(Tensor.of(new float[] {1e20f, 2}, 2, 1), new TerminateOnNaN()).epochs())
                .isEmpty();
        assertThat(weight()).isEqualTo(1);
    }

    private History fit(Tensor x, Callback... callbacks) {
        return model.fit(
                x,
                Tensor.full(Shape.of(2, 1), 3),
                FitOptions.epochs(3)
                        .withVerbosity(FitOptions.Verbosity.SILENT)
                        .withCallbacks(callbacks));
    }

    @Test
    void epochsGoToAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("log.csv");
        CSVLogger log = new CSVLogger(file);
        epochs(log, "loss", 3, 2);
        assertThat(Files.readAllLines(file))
                .containsExactly("epoch,loss,val_loss", "0,3.0,NA", "1,2.0,NA");
        epochs(log.append(true).separator(";"), "loss", 1);
        assertThat(Files.readAllLines(file)).hasSize(4).endsWith("0;1.0;NA");
        epochs(new CSVLogger(file), "val_loss", 1);
        assertThat(Files.readAllLines(file)).containsExactly("epoch,val_loss", "0,1.0");
    }

    @Test
    void anEpochsLogsAreOpenToCallbacks() {
        model.compile(optimizer, new MeanSquaredError());
        Callback adds =
                new Callback() {
                    @Override
                    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
                        logs.put("mine", epoch + .5);
                        return epoch < 1;
                    }
                };
        assertThat(fit(Tensor.of(new float[] {1, 2}, 2, 1), adds).get("mine"))
                .containsExactly(.5, 1.5);
    }
}
