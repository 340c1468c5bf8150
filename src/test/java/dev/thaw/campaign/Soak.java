package dev.thaw.campaign;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Mode;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;

/**
 * One model for hours: it is trained, frozen, thawed, saved and loaded in any order. What is loaded
 * predicts the same bits; every number is finite; the process does not grow.
 */
final class Soak implements Attack {
    private static final FitOptions SILENT =
            FitOptions.epochs(2).withVerbosity(FitOptions.Verbosity.SILENT);

    private final Resident resident = new Resident();
    private Model model;

    @Override
    public Outcome run(Choices random, Path folder) throws Exception {
        if (model == null) {
            model = SmallModels.model(random);
        }
        int rows = 1 + random.nextInt(9);
        Tensor x = SmallModels.images(random, rows);
        Tensor y = SmallModels.labels(random, rows);
        switch (random.nextInt(6)) {
            case 0 -> model.fit(x, y, SILENT.withBatchSize(1 + random.nextInt(4)));
            case 1 -> model.trainOnBatch(x, y);
            case 2 -> model.evaluate(x, y);
            case 3 -> {
                boolean trainable = random.nextBoolean();
                model.layers().forEach(l -> l.setTrainable(trainable));
            }
            case 4 -> model.explain(Mode.TRAINING).toString();
            default -> {
                return reloaded(x, folder.resolve("soak.keras"));
            }
        }
        for (float f : model.predict(x).floats()) {
            if (!Float.isFinite(f)) {
                return Outcome.wrong("a prediction is " + f);
            }
        }
        return resident.next();
    }

    private Outcome reloaded(Tensor x, Path file) throws Exception {
        Tensor before = model.predict(x);
        KerasFiles.save(model, file);
        model.close();
        try {
            model = KerasFiles.load(file).on(dev.thaw.backend.spi.Device.cpu());
        } catch (RuntimeException e) {
            return Outcome.unloadable(e);
        }
        return model.predict(x).bitEquals(before)
                ? resident.next()
                : Outcome.wrong("what is loaded predicts other bits");
    }
}
