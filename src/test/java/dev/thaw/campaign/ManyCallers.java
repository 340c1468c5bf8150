package dev.thaw.campaign;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Mode;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several threads use one model at once: predictions are those that it makes alone, bit for bit; a
 * file that is saved meanwhile loads; nobody waits for ever.
 */
final class ManyCallers implements Attack {
    private static final int MOST_THREADS = 8;

    @Override
    public Outcome run(Choices random, Path folder) throws Exception {
        try (Model m = SmallModels.model(random)) {
            Tensor x = SmallModels.images(random, 1 + random.nextInt(5));
            Tensor labels = SmallModels.labels(random, x.shape().dim(0));
            boolean trains = random.nextInt(4) == 0;
            boolean fresh = random.nextBoolean();
            Tensor alone = fresh ? null : m.predict(x);
            List<Callable<Tensor>> calls = new ArrayList<>();
            for (int i = 2 + random.nextInt(MOST_THREADS); i > 0; i--) {
                Path file = folder.resolve("saved-%d.keras".formatted(i));
                int what = random.nextInt(trains ? 6 : 4);
                calls.add(
                        switch (what) {
                            case 0, 1 -> () -> m.predict(x);
                            case 2 -> () -> saved(m, file);
                            case 3 -> () -> explained(m);
                            default -> () -> trained(m, x, labels);
                        });
            }
            ExecutorService pool = Executors.newFixedThreadPool(calls.size());
            try {
                List<Future<Tensor>> all = new ArrayList<>();
                calls.forEach(c -> all.add(pool.submit(c)));
                List<Tensor> predicted = new ArrayList<>();
                for (Future<Tensor> f : all) {
                    if (f.get() != null) {
                        predicted.add(f.get());
                    }
                }
                Tensor right = alone == null ? m.predict(x) : alone;
                boolean same = predicted.stream().allMatch(right::bitEquals);
                return trains || same
                        ? Outcome.FINE
                        : Outcome.wrong("a prediction differs from the one that is made alone");
            } finally {
                pool.shutdown();
            }
        }
    }

    private static Tensor saved(Model m, Path file) {
        KerasFiles.save(m, file);
        try (Model again = KerasFiles.load(file)) {
            again.summary();
        }
        return null;
    }

    private static Tensor explained(Model m) {
        m.explain(Mode.TRAINING).toString();
        return null;
    }

    private static Tensor trained(Model m, Tensor x, Tensor labels) {
        try {
            m.fit(x, labels, FitOptions.epochs(1).withVerbosity(FitOptions.Verbosity.SILENT));
        } catch (IllegalStateException e) {
            return null; // another thread trains it
        }
        return null;
    }
}
