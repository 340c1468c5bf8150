package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.model.Model;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.FitOptions;
import dev.thaw.train.History;
import dev.thaw.train.TrainingData;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Times training steps as {@code fit} takes them: gather a batch on the host, copy it to the
 * device, forward, loss, backward, SGD with momentum. Prints {@code step NETWORK, geometry,
 * microseconds} with tabs between. Arguments: {@code quick} for tiny images, and names of networks.
 */
public final class StepBench {
    private static final int ROUNDS = 5;
    private static final int STEPS = 10;

    private StepBench() {}

    /** Prints a line for each network and batch size; one that fails is a line too. */
    public static void main(String[] args) {
        boolean quick = Arrays.asList(args).contains("quick");
        String[] names = Arrays.stream(args).filter(a -> !a.equals("quick")).toArray(String[]::new);
        if (names.length == 0) {
            names = new String[] {"MobileNetV2", "ResNet-50"};
        }
        Backend backend = Device.auto().open();
        System.err.println(backend.name() + ": " + backend.description());
        int failures = 0;
        for (String name : names) {
            for (int batch : quick ? new int[] {2} : new int[] {32, 64}) {
                failures += measured(name, batch, quick ? 32 : 224) ? 0 : 1;
            }
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    private static boolean measured(String name, int batch, int size) {
        String key = "step " + name + "\tbatch " + batch + " of " + size + "x" + size;
        try (Model model = Networks.of(name, size)) {
            model.compile(new SGD(1e-3).momentum(0.9), new SparseCategoricalCrossentropy());
            TrainingData data = data(batch * STEPS, size);
            FitOptions options =
                    FitOptions.epochs(1)
                            .withBatchSize(batch)
                            .withVerbosity(FitOptions.Verbosity.SILENT);
            History warm = model.fit(data, options);
            System.err.printf(
                    Locale.ROOT, "%s batch %d: loss %.4f%n", name, batch, warm.last("loss"));
            double[] micros = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                model.fit(data, options);
                micros[i] = (System.nanoTime() - begin) / 1e3 / STEPS;
            }
            Arrays.sort(micros);
            System.out.printf(Locale.ROOT, "%s\t%.1f\t0\t0%n", key, micros[ROUNDS / 2]);
            System.out.flush();
            return true;
        } catch (RuntimeException | LinkageError e) {
            System.out.println(key + "\tfailed");
            System.err.println(key + ": " + e);
            return false;
        }
    }

    private static TrainingData data(int rows, int size) {
        Tensor x = Tensor.zeros(Shape.of(rows, size, size, 3), DType.FLOAT32);
        SplittableRandom random = new SplittableRandom(1);
        float[] all = x.floats();
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) random.nextDouble();
        }
        return TrainingData.of(x, Tensor.of(random.ints(rows, 0, Networks.CLASSES).toArray()));
    }
}
