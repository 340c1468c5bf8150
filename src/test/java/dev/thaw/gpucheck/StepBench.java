package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times training steps as {@code fit} takes them: gather a batch on the host, copy it to the
 * device, forward, loss, backward, SGD with momentum; and the same with a batch that stays on the
 * device, under a geometry that ends in {@code replay}. Prints {@code step NETWORK, geometry,
 * microseconds} with tabs between. Arguments: {@code quick} for tiny images, names of networks, and
 * batch sizes.
 */
public final class StepBench {
    private static final int ROUNDS = 5;
    private static final int STEPS = 10;

    private StepBench() {}

    /** Prints a line for each network and batch size; one that fails is a line too. */
    public static void main(String[] args) {
        List<String> options = new ArrayList<>(Arrays.asList(args));
        boolean quick = options.remove("quick");
        List<Integer> batches =
                options.stream().filter(o -> o.matches("\\d+")).map(Integer::valueOf).toList();
        options.removeIf(o -> o.matches("\\d+"));
        Backend backend = Device.auto().open();
        System.err.println(backend.name() + ": " + backend.description());
        int failures = 0;
        for (String name : options.isEmpty() ? List.of("MobileNetV2", "ResNet-50") : options) {
            for (int batch : quick ? List.of(2) : batches.isEmpty() ? List.of(32, 64) : batches) {
                failures += measured(backend, name, batch, quick ? 32 : 224) ? 0 : 1;
            }
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    private static boolean measured(Backend backend, String name, int batch, int size) {
        String key = "step " + name + "\tbatch " + batch + " of " + size + "x" + size;
        try {
            System.out.printf(Locale.ROOT, "%s\t%.1f\t0\t0%n", key, fitted(name, batch, size));
            System.out.flush();
            try (TrainingStep step = new TrainingStep(backend, name, batch, size)) {
                double micros = median(() -> step.run(STEPS));
                System.out.printf(Locale.ROOT, "%s replay\t%.1f\t0\t0%n", key, micros);
                System.out.flush();
            }
            return true;
        } catch (RuntimeException | LinkageError e) {
            System.out.println(key + "\tfailed");
            System.err.println(key + ": " + e);
            return false;
        }
    }

    private static double fitted(String name, int batch, int size) {
        try (Model model = Networks.of(name, size)) {
            model.compile(TrainingStep.compilation());
            TensorDataset data = TrainingStep.data(batch * STEPS, size);
            FitOptions options =
                    FitOptions.epochs(1)
                            .withBatchSize(batch)
                            .withVerbosity(FitOptions.Verbosity.SILENT);
            History warm = model.fit(data, options);
            System.err.printf(
                    Locale.ROOT, "%s batch %d: loss %.4f%n", name, batch, warm.last("loss"));
            return median(() -> model.fit(data, options));
        }
    }

    /** Microseconds a step, of the median round of {@value #STEPS} steps. */
    private static double median(Runnable round) {
        double[] micros = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            round.run();
            micros[i] = (System.nanoTime() - begin) / 1e3 / STEPS;
        }
        Arrays.sort(micros);
        return micros[ROUNDS / 2];
    }
}
