package dev.thaw.bench;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Dataset;
import dev.thaw.data.Idx;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Thaw's side of {@code src/jmh/epoch.sh}: trains Géron's net for one epoch each time the other
 * side asks. Argument: a folder with MNIST's training files. Reads lines {@code sgd} or {@code
 * adam}; answers each with {@code epoch SECONDS LOSS ACCURACY}.
 */
public final class Epoch {
    private static final int BATCH = 32;

    private Epoch() {}

    /** Serves until its input ends. */
    public static void main(String[] args) throws IOException {
        TensorDataset data = load(Path.of(args[0]));
        Map<String, Model> models = new HashMap<>();
        System.out.println("ready " + Device.cpu().open().description());
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Model model = models.computeIfAbsent(line, Epoch::compiled);
            long begin = System.nanoTime();
            History h =
                    model.fit(
                            data,
                            FitOptions.epochs(1)
                                    .withBatchSize(BATCH)
                                    .withVerbosity(FitOptions.Verbosity.SILENT));
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "epoch %.4f %.4f %.4f%n",
                    seconds,
                    h.last("loss"),
                    h.last("accuracy"));
        }
        models.values().forEach(Model::close);
    }

    private static TensorDataset load(Path folder) {
        Tensor images = Idx.images(folder.resolve("train-images-idx3-ubyte.gz"));
        Tensor labels = Idx.labels(folder.resolve("train-labels-idx1-ubyte.gz"));
        int rows = labels.size();
        return Dataset.of(images.reshape(Shape.of(rows, images.size() / rows)), labels);
    }

    private static Model compiled(String optimizer) {
        Optimizer how =
                switch (optimizer) {
                    case "sgd" -> new SGD(.01).momentum(.9);
                    case "adam" -> new Adam(.001);
                    default ->
                            throw new IllegalArgumentException(
                                    "expects sgd or adam, got '" + optimizer + "'");
                };
        Model model = Nets.geron().on(Device.cpu());
        model.compile(how, new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
        return model;
    }
}
