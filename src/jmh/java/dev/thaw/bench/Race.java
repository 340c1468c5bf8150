package dev.thaw.bench;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Dataset;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.PredictOptions;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.optimizer.SGD;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Thaw's side of {@code src/jmh/race.sh}: does one row's work each time a line asks for it. {@code
 * make FOLDER NET SIZE BATCH PURPOSE BATCHES} writes the folder of a row (see {@link RaceFolder})
 * and ends. {@code serve FOLDER BATCH PURPOSE} says {@code ready DEVICE}, then answers lines until
 * its input ends:
 *
 * <ul>
 *   <li>{@code predict}: predicts the first batch into {@code thaw.bin}; answers {@code done 0}.
 *   <li>{@code train N}: N small steps on the first batch; {@code done FIRST LAST}, the losses
 *       before the first and before the last.
 *   <li>{@code run N}: N passes over all batches; {@code ran SECONDS LOSS}.
 * </ul>
 */
public final class Race {
    /** So small that roundings do not grow: an untrained net in larger steps is chaotic. */
    private static final double CHECKING_RATE = 1e-4;

    private final RaceFolder folder;
    private final int batch;
    private final String purpose;
    private final Model model;
    private final Tensor x;
    private final Tensor y;
    private final Dataset data;

    private Race(RaceFolder folder, int batch, String purpose) throws IOException {
        this.folder = folder;
        this.batch = batch;
        this.purpose = purpose;
        model = KerasFiles.load(folder.model()).on(Device.cpu());
        x = folder.images(model.inputShapes().get(0));
        y = folder.labels();
        data = Dataset.of(x, y);
    }

    /** Makes a folder, or serves until its input ends. */
    public static void main(String[] args) throws IOException {
        RaceFolder folder = new RaceFolder(Path.of(args[1]));
        if (args[0].equals("make")) {
            int size = Integer.parseInt(args[3]);
            int images = Integer.parseInt(args[4]) * Integer.parseInt(args[6]);
            try (Model net = Nets.of(args[2], size, args[5])) {
                folder.write(net, images);
            }
            return;
        }
        Race race = new Race(folder, Integer.parseInt(args[2]), args[3]);
        System.out.println("ready " + Device.cpu().open().description());
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(race.answer(line));
        }
        race.model.close();
    }

    private String answer(String line) throws IOException {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "predict":
                folder.writePredictions(model.predict(x.rows(0, batch)));
                return "done 0";
            case "train":
                Dataset first = Dataset.of(x.rows(0, batch), y.rows(0, batch));
                Nets.compile(model, new SGD(CHECKING_RATE).momentum(.9));
                List<Double> losses = fit(first, Integer.parseInt(words[1])).get("loss");
                return String.format(
                        Locale.ROOT,
                        "done %.7f %.7f",
                        losses.get(0),
                        losses.get(losses.size() - 1));
            case "run":
                int passes = Integer.parseInt(words[1]);
                boolean predicts = purpose.equals("predict");
                if (!predicts && model.compilation().isEmpty()) {
                    Nets.compile(model, purpose);
                }
                long begin = System.nanoTime();
                double loss = predicts ? predict(passes) : fit(data, passes).last("loss");
                double seconds = (System.nanoTime() - begin) / 1e9;
                return String.format(Locale.ROOT, "ran %.6f %.6f", seconds, loss);
            default:
                throw new IllegalArgumentException(
                        "expects predict, train or run, got '%s'".formatted(line));
        }
    }

    private double predict(int passes) {
        for (int pass = 0; pass < passes; pass++) {
            for (int row = 0; row < x.shape().dim(0); row += batch) {
                model.predict(x.rows(row, row + batch), PredictOptions.batchSize(batch));
            }
        }
        return 0;
    }

    private History fit(Dataset rows, int epochs) {
        FitOptions options =
                FitOptions.epochs(epochs)
                        .withBatchSize(batch)
                        .withVerbosity(FitOptions.Verbosity.SILENT);
        return model.fit(rows, options);
    }
}
