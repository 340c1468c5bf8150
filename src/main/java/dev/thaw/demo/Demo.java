package dev.thaw.demo;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.graph.Explanation;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The main job: on real digits, train a network; take a base that Keras trained on one half of the
 * digits, freeze it under a new head for the other half, thaw and fine-tune it in the two ways that
 * confuse everybody, explain at each step what every layer does, and hand it back to Keras.
 */
public final class Demo {
    private static final int SEED = 42;
    private static final int BATCH = 256;

    private final Device device;
    private final Report report;

    private Demo(Device device, Path folder) {
        this.device = device;
        this.report = new Report(folder);
    }

    /** No arguments; the device is {@link Device#auto()}. */
    public static void main(String[] args) {
        run(Device.auto(), Path.of("target", "demo"));
    }

    /** Runs on a device and writes the report into a folder. */
    public static void run(Device device, Path folder) {
        new Demo(device, folder).run();
    }

    private void run() {
        long begun = System.nanoTime();
        RandomSeed.set(SEED);
        LayerNames.reset();
        Backend backend = device.open();
        System.out.println("Thaw on " + backend.name() + " (" + backend.description() + ")");
        geron();
        try (Model pretrained = Networks.pretrained().on(device)) {
            judge(pretrained);
            transfer((Model) pretrained.layer("base"));
        }
        report.finish((System.nanoTime() - begun) / 1e9);
    }

    private void geron() {
        report.section("(a) A network with batch normalization, all ten digits");
        Digits training = Digits.training().flat();
        Digits test = Digits.test().flat();
        try (Model model = Networks.geron().on(device)) {
            report.block(model.summary());
            report.block(model.explain(Mode.TRAINING).toString());
            History h = fit(model, training, test, 1e-3, 5);
            report.curves("a-geron", h);
            report.result("(a) Géron's net, 0-9", h.last("val_accuracy"));
        }
    }

    private void judge(Model pretrained) {
        report.section("(b) A base that Keras trained on the digits 0-4 is read from its file");
        report.block(pretrained.summary());
        report.block(((Model) pretrained.layer("base")).summary());
        Map<String, Double> seen =
                pretrained.evaluate(
                        Digits.test().between(0, 4).data(), EvaluateOptions.batchSize(BATCH));
        report.result("(b) Keras's base with its first head, 0-4", seen.get("accuracy"));
    }

    private void transfer(Model base) {
        Digits training = Digits.training().between(5, 9);
        Digits test = Digits.test().between(5, 9);
        report.section("(c) The base is frozen, a new head learns the digits 5-9");
        try (Model baked = Networks.transfer(base, Mode.INFERENCE).on(device);
                Model again = Networks.pretrained();
                Model unset = Networks.transfer((Model) again.layer("base"), null).on(device)) {
            base.freeze();
            Explanation frozen = baked.explain(Mode.TRAINING);
            report.block(frozen.toString());
            History h = fit(baked, training, test, 1e-3, 5);
            report.curves("c-head", h);
            report.result("(c) frozen base, new head, 5-9", h.last("val_accuracy"));
            unset.setWeights(baked.getWeights());

            report.section("(d) Thawed: base called with training=false in the graph");
            base.thaw();
            Explanation bakedThawed = baked.explain(Mode.TRAINING);
            report.block(bakedThawed.toString());
            report.say("What thawing changed:");
            report.block(frozen.diff(bakedThawed).toString());
            fineTune(
                    baked,
                    base,
                    training,
                    test,
                    "(d) thawed, base called with training=false",
                    "d-baked");

            report.section("(d) Thawed: base called without a mode");
            Explanation unsetThawed = unset.explain(Mode.TRAINING);
            report.block(unsetThawed.toString());
            report.say("What differs between the two ways to call the base:");
            report.block(bakedThawed.diff(unsetThawed).toString());
            fineTune(
                    unset,
                    (Model) again.layer("base"),
                    training,
                    test,
                    "(d) thawed, base called without a mode",
                    "d-unset");
            handBack(baked, test);
        }
    }

    private void fineTune(
            Model model, Model base, Digits training, Digits test, String phase, String file) {
        List<Tensor> before = movingStatistics(base);
        History h = fit(model, training, test, 3e-4, 6);
        report.curves(file, h);
        report.result(phase, h.last("val_accuracy"));
        List<Tensor> after = movingStatistics(base);
        int same = 0;
        for (int i = 0; i < before.size(); i++) {
            same += before.get(i).bitEquals(after.get(i)) ? 1 : 0;
        }
        report.say(
                "Of the base's %s moving statistics %s are bit-identical after fine-tuning."
                        .formatted(before.size(), same));
    }

    /** Writes the model for Keras, and reads it again to see that nothing was lost. */
    private void handBack(Model model, Digits test) {
        report.section("(e) The fine-tuned model goes back to Keras");
        Path file = report.file("transfer.keras");
        KerasFiles.save(model, file);
        try (Model read = KerasFiles.load(file).on(device)) {
            boolean same = read.predict(test.images()).bitEquals(model.predict(test.images()));
            report.say(
                    file
                            + (same
                                    ? " predicts bit for bit what the model did; keras.models.load_model opens it."
                                    : " does NOT predict what the model did."));
        }
    }

    private static List<Tensor> movingStatistics(Layer base) {
        return base.weights().stream()
                .filter(w -> !w.spec().trainable())
                .map(Weight::variable)
                .map(v -> v.value().copy())
                .toList();
    }

    /** Trains, the last two epochs at an eighth of the rate, so that the end result is calm. */
    private static History fit(Model model, Digits training, Digits test, double rate, int epochs) {
        Adam adam = new Adam(rate);
        Callback slower =
                new Callback() {
                    @Override
                    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
                        if (epoch == epochs - 3) {
                            adam.setLearningRate(rate / 8);
                        }
                        return true;
                    }
                };
        model.compile(adam, new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
        System.out.printf(
                "%,d digits to learn, %,d to be judged by%n", training.count(), test.count());
        return model.fit(
                training.data(),
                FitOptions.epochs(epochs).withValidation(test.data()).withCallbacks(slower));
    }
}
