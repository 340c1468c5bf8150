package dev.thaw.demo;

import dev.thaw.applications.Application;
import dev.thaw.applications.ApplicationOptions;
import dev.thaw.backend.spi.Device;
import dev.thaw.graph.Explanation;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keras's guide "Transfer learning and fine-tuning": Xception under a new head, the base called
 * with {@code training=False}. That is baked into the graph, so its batch normalization stays in
 * inference also when the base is thawed and fine-tuned. The data are small pictures of digits, 0
 * against 1; the base starts from random weights, with statistics that fit the pictures.
 */
public final class XceptionTutorial {
    private static final int SIDE = 71;

    private XceptionTutorial() {}

    /**
     * Without arguments the base keeps its random weights; with one, a file of weights that Keras
     * has without a top is loaded into it.
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
        Digits training = Digits.training().between(0, 1).first(128);
        Digits test = Digits.test().between(0, 1).first(160);
        try (Model base = base().on(device)) {
            if (weights.isPresent()) {
                KerasFiles.loadWeights(base, weights.get());
            } else {
                Tensor some = Tutorial.pictures(training.first(64), SIDE);
                Tutorial.settle(base, Application.XCEPTION.preprocess(some));
            }
            transfer(base, device, training, test);
        }
    }

    static Model base() {
        return Application.XCEPTION.create(
                ApplicationOptions.DEFAULT.withInputShape(SIDE, SIDE, 3).withIncludeTop(false));
    }

    /** The base under a new head, called with {@code training=False}. */
    static Model model(Model base) {
        Symbol input = Input.named("image", SIDE, SIDE, 3);
        Symbol s = new Rescaling(1 / 127.5, -1).named("rescaling").apply(input);
        s = base.apply(s, Mode.INFERENCE);
        s = new GlobalAveragePooling2D().named("average").apply(s);
        s = new Dropout(.2).named("dropout").apply(s);
        s = new Dense(1).named("head").apply(s);
        return new Model(input, s).named("guide");
    }

    private static void transfer(Model base, Device device, Digits training, Digits test) {
        Tensor x = Tutorial.pictures(training, SIDE);
        Tensor y = Tutorial.answers(training);
        Tensor testX = Tutorial.pictures(test, SIDE);
        Tensor testY = Tutorial.answers(test);
        base.freeze();
        BinaryCrossentropy loss = new BinaryCrossentropy(true, 0);
        try (Model model = model(base).on(device)) {
            model.compile(new Adam(1e-2), loss, Metric.of("accuracy"));
            Explanation frozen = model.explain(Mode.TRAINING);
            Tutorial.print("The base is frozen: fit", frozen);
            model.fit(x, y, FitOptions.epochs(4));
            Tutorial.accuracy("The head has learned", model.evaluate(testX, testY));

            base.thaw();
            Explanation thawed = model.explain(Mode.TRAINING);
            Tutorial.print("The base is thawed: fit", thawed);
            model.compile(new Adam(1e-5), loss, Metric.of("accuracy"));
            List<Tensor> before = Tutorial.movingStatistics(base);
            model.fit(x, y, FitOptions.epochs(1));
            Tutorial.accuracy("Fine-tuned", model.evaluate(testX, testY));
            Tutorial.print(
                    "What differs",
                    """
                    base(x, training=False) is baked into the graph: thawing lets gradients \
                    change the base's kernels, gamma and beta, but its batch normalization stays \
                    in inference. %s of its layers move statistics in fit; of %s moving \
                    statistics %s are bit-identical after fine-tuning."""
                            .formatted(
                                    Tutorial.moving(thawed),
                                    before.size(),
                                    Tutorial.same(before, Tutorial.movingStatistics(base))));
        }
    }
}
