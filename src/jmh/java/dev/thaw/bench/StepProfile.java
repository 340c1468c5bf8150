package dev.thaw.bench;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.PredictOptions;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where the time of a step goes, in microseconds: the median of each kernel, and what the quickest
 * tenth of its launches stayed below, which tells more where other processes use the cores. Shares
 * are of means over the same steps, so that kernels and the step are disturbed alike. The rest is
 * what happens between the kernels: gathering the batch, copying it in, the clocks. Arguments: the
 * network ({@code geron}, {@code separable} or an application), the size of its images, the purpose
 * ({@code predict}, {@code train}, {@code adam} or {@code frozen}), the batch, the steps of a
 * round. Few kernels are listed one by one, all by kind of op.
 */
public final class StepProfile {
    private static final int ROUNDS = 5;
    private static final int LISTED = 60;

    private StepProfile() {}

    /** Prints the tables. */
    public static void main(String[] args) {
        String net = args.length > 0 ? args[0] : "geron";
        int size = args.length > 1 ? Integer.parseInt(args[1]) : 96;
        String purpose = args.length > 2 ? args[2] : "train";
        int batch = args.length > 3 ? Integer.parseInt(args[3]) : 32;
        int steps = args.length > 4 ? Integer.parseInt(args[4]) : 10;
        TimedBackend backend = new TimedBackend(Device.cpu().open());
        try (Model model = Nets.of(net, size, purpose);
                Model running = model.on(backend)) {
            int[] shape = model.inputShapes().get(0).withBatch(steps * batch).toArray();
            TensorDataset data = Nets.random(shape);
            if (!purpose.equals("predict")) {
                Nets.compile(running, purpose);
            }
            Tensor rows = data.part(0, batch).batch().x().get(0);
            double[] micros = new double[ROUNDS];
            for (int round = -2; round < ROUNDS; round++) {
                if (round == 0) {
                    backend.clocks().forEach(TimedBackend.Clock::reset);
                }
                long begin = System.nanoTime();
                if (purpose.equals("predict")) {
                    predict(running, rows, steps);
                } else {
                    fit(running, data, batch);
                }
                if (round >= 0) {
                    micros[round] = (System.nanoTime() - begin) / 1e3 / steps;
                }
            }
            print(backend.clocks(), micros, steps);
        }
    }

    private static void predict(Model model, Tensor rows, int steps) {
        for (int i = 0; i < steps; i++) {
            model.predict(rows, PredictOptions.batchSize(rows.shape().dim(0)));
        }
    }

    private static void fit(Model model, TensorDataset data, int batch) {
        model.fit(
                data,
                FitOptions.epochs(1)
                        .withBatchSize(batch)
                        .withVerbosity(FitOptions.Verbosity.SILENT));
    }

    /** Sums of medians, quick tenths and means a step, and how many kernels they are of. */
    private static final class Sum {
        private double median;
        private double tenth;
        private double mean;
        private int kernels;

        private void add(Sum other) {
            median += other.median;
            tenth += other.tenth;
            mean += other.mean;
            kernels += other.kernels;
        }
    }

    private static Sum of(TimedBackend.Clock clock, int steps) {
        // what depends on weights alone runs in few steps
        double share = Math.min(1, clock.launches() / (double) steps);
        Sum s = new Sum();
        s.median = clock.micros(.5) * share;
        s.tenth = clock.micros(.1) * share;
        s.mean = clock.totalMicros() / steps;
        s.kernels = 1;
        return s;
    }

    private static void print(List<TimedBackend.Clock> clocks, double[] micros, int steps) {
        double step = Arrays.stream(micros).average().orElseThrow();
        Sum all = new Sum();
        Map<String, Sum> kinds = new HashMap<>();
        System.out.println("  median quick tenth   mean  of a step");
        for (TimedBackend.Clock c : clocks) {
            Sum s = of(c, steps * ROUNDS);
            all.add(s);
            kinds.computeIfAbsent(c.op().getClass().getSimpleName(), k -> new Sum()).add(s);
            if (clocks.size() <= LISTED) {
                line(s, step, describe(c.op()));
            }
        }
        kinds.entrySet().stream()
                .sorted((a, b) -> Double.compare(b.getValue().mean, a.getValue().mean))
                .forEach(e -> line(e.getValue(), step, e.getKey()));
        line(all, step, "all kernels");
        double between = step - all.mean;
        System.out.printf("%27.1f %5.1f%%  between kernels%n", between, 100 * between / step);
        Arrays.sort(micros);
        System.out.printf(
                "%8.1f %8.1f %8.1f  a step (median, quickest and mean of %d rounds of %d)%n",
                micros[ROUNDS / 2], micros[0], step, ROUNDS, steps);
    }

    private static void line(Sum s, double step, String what) {
        System.out.printf(
                "%8.1f %8.1f %8.1f %5.1f%%  %s (%d)%n",
                s.median, s.tenth, s.mean, 100 * s.mean / step, what, s.kernels);
    }

    private static String describe(Op op) {
        List<Value> operands = op.inputs().stream().limit(2).toList();
        return op.getClass().getSimpleName()
                + operands.stream().map(v -> " " + v.shape()).collect(Collectors.joining())
                + " ->"
                + op.outputs().stream().map(v -> " " + v.shape()).collect(Collectors.joining());
    }
}
