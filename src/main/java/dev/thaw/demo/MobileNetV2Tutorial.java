package dev.thaw.demo;

import static dev.thaw.layer.activation.ActivationFunction.SIGMOID;
import static dev.thaw.layer.activation.ActivationFunction.SOFTMAX;

import dev.thaw.applications.Application;
import dev.thaw.applications.ApplicationOptions;
import dev.thaw.backend.spi.Device;
import dev.thaw.graph.Explanation;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.RMSprop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * TensorFlow's tutorial "Transfer learning and fine-tuning" as it was first: MobileNetV2 under a
 * new head, the base called with no {@code training} argument. Frozen, it runs in inference all the
 * same; thawed from its layer 100 on, the batch normalization there normalizes by each batch and
 * moves its statistics. The data are small pictures of digits: the base learns 0 to 7, the head 8
 * against 9.
 */
public final class MobileNetV2Tutorial {
    private static final int SIDE = 48;
    private static final int FINE_TUNE_AT = 100;

    private MobileNetV2Tutorial() {}

    /**
     * Without arguments the base first learns other digits; with one, a file of weights that Keras
     * has for alpha 0.35 without a top is loaded into it instead.
     */
    public static void main(String[] args) {
        run(Device.auto(), Arrays.stream(args).map(Path::of).findFirst());
    }

    /**
     * Runs on a device.
     *
     * @param weights the file of weights; empty to do without
     */
    public static void run(Device device, Optional<Path> weights) {
        RandomSeed.set(1);
        LayerNames.reset();
        try (Model base = base().on(device)) {
            if (weights.isPresent()) {
                KerasFiles.loadWeights(base, weights.get());
            } else {
                pretrain(base, device, Digits.training().between(0, 7).first(4000));
            }
            Digits training = Digits.training().between(8, 9).first(600);
            Digits test = Digits.test().between(8, 9);
            transfer(base, device, training, test);
        }
    }

    static Model base() {
        return Application.MOBILENET_V2
                .create(
                        ApplicationOptions.DEFAULT
                                .withInputShape(SIDE, SIDE, 3)
                                .withAlpha(.35)
                                .withIncludeTop(false))
                .named("mobilenetv2");
    }

    /** The base under a new head, called without a mode. */
    static Model model(Model base) {
        return new Sequential(
                        Input.of(SIDE, SIDE, 3),
                        base,
                        new GlobalAveragePooling2D().named("average"),
                        new Dropout(.2).named("dropout"),
                        new Dense(1, SIGMOID).named("head"))
                .named("tutorial");
    }

    static void thawUpper(Model base) {
        base.thaw();
        base.layers().subList(0, FINE_TUNE_AT).forEach(l -> l.setTrainable(false));
    }

    private static Tensor pictures(Digits digits) {
        return Application.MOBILENET_V2.preprocess(Tutorial.pictures(digits, SIDE));
    }

    private static void pretrain(Model base, Device device, Digits digits) {
        Tensor x = pictures(digits);
        try (Model model =
                new Sequential(
                                Input.of(SIDE, SIDE, 3),
                                base,
                                new GlobalAveragePooling2D(),
                                new Dense(8, SOFTMAX))
                        .on(device)) {
            model.compile(
                    new Adam(2e-3), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
            model.fit(x, digits.labels(), FitOptions.epochs(3));
        }
        Tutorial.settle(base, pictures(digits.first(512)));
    }

    private static void transfer(Model base, Device device, Digits training, Digits test) {
        Tensor x = pictures(training);
        Tensor y = Tutorial.answers(training);
        Tensor testX = pictures(test);
        Tensor testY = Tutorial.answers(test);
        base.freeze();
        try (Model model = model(base).on(device)) {
            model.compile(new Adam(1e-3), new BinaryCrossentropy(), Metric.of("accuracy"));
            Explanation frozen = model.explain(Mode.TRAINING);
            Tutorial.print("The base is frozen: fit", frozen);
            model.fit(x, y, FitOptions.epochs(10));
            Tutorial.accuracy("The head has learned", model.evaluate(testX, testY));

            thawUpper(base);
            Explanation thawed = model.explain(Mode.TRAINING);
            Tutorial.print("The base is thawed from layer 100 on: fit", thawed);
            model.compile(new RMSprop(1e-4), new BinaryCrossentropy(), Metric.of("accuracy"));
            List<Tensor> before = Tutorial.movingStatistics(base);
            model.fit(x, y, FitOptions.epochs(5));
            Tutorial.accuracy("Fine-tuned", model.evaluate(testX, testY));
            Tutorial.print(
                    "What differs",
                    """
                    Nothing is baked into base(x), so in fit the base runs in training mode. \
                    Frozen, its batch normalization is in inference nevertheless. Thawed, %s of \
                    its layers normalize by the batch and move their statistics (by a thousandth \
                    of the way at each step, slower than the weights change), while those that \
                    stayed frozen do not: of %s moving statistics %s are bit-identical."""
                            .formatted(
                                    Tutorial.moving(thawed),
                                    before.size(),
                                    Tutorial.same(before, Tutorial.movingStatistics(base))));
        }
    }
}
