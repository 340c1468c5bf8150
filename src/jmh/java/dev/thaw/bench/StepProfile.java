package dev.thaw.bench;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where the time of a training step goes, kernel by kernel, in microseconds: the median, and what
 * the quickest tenth stayed below, which tells more where other processes use the cores. The rest
 * is what happens between the kernels: gathering the batch, copying it in, the clocks. Arguments:
 * the network ({@code geron}, {@code separable}) and the optimizer ({@code adam}, {@code sgd}).
 */
public final class StepProfile {
    private static final int BATCH = 32;
    private static final int STEPS = 1000;
    private static final int ROUNDS = 5;

    private StepProfile() {}

    /** Prints the table. */
    public static void main(String[] args) {
        boolean dense = args.length < 1 || args[0].equals("geron");
        boolean adam = args.length < 2 || args[1].equals("adam");
        Optimizer optimizer = adam ? new Adam() : new SGD(.01).momentum(.9);
        TensorDataset data =
                dense ? Nets.random(STEPS * BATCH, 784) : Nets.random(STEPS * BATCH, 28, 28, 1);
        TimedBackend backend = new TimedBackend(Device.cpu().open());
        try (Model model = dense ? Nets.geron() : Nets.separable();
                Model running = model.on(backend)) {
            running.compile(
                    Compilation.of(
                            optimizer, new SparseCategoricalCrossentropy(), Metric.of("accuracy")));
            double[] micros = new double[ROUNDS];
            for (int round = -2; round < ROUNDS; round++) {
                backend.clocks().forEach(TimedBackend.Clock::reset);
                long begin = System.nanoTime();
                running.fit(
                        data,
                        FitOptions.epochs(1)
                                .withBatchSize(BATCH)
                                .withVerbosity(FitOptions.Verbosity.SILENT));
                if (round >= 0) {
                    micros[round] = (System.nanoTime() - begin) / 1e3 / STEPS;
                }
            }
            Arrays.sort(micros);
            print(backend.clocks(), micros[ROUNDS / 2]);
        }
    }

    private static void print(List<TimedBackend.Clock> clocks, double step) {
        double kernels = 0;
        double quiet = 0;
        System.out.println("  median  quick tenth");
        for (TimedBackend.Clock c : clocks) {
            double median = c.micros(.5);
            double tenth = c.micros(.1);
            kernels += median;
            quiet += tenth;
            System.out.printf("%8.1f %8.1f  %s%n", median, tenth, describe(c.op()));
        }
        System.out.printf("%8.1f %8.1f  sum of %d kernels%n", kernels, quiet, clocks.size());
        System.out.printf("%8.1f %8s  between kernels%n", step - kernels, "");
        System.out.printf(
                "%8.1f %8s  a step (median of %d rounds of %d)%n", step, "", ROUNDS, STEPS);
    }

    private static String describe(Op op) {
        List<Value> operands = op.inputs().stream().limit(2).toList();
        return op.getClass().getSimpleName()
                + operands.stream().map(v -> " " + v.shape()).collect(Collectors.joining())
                + " ->"
                + op.outputs().stream().map(v -> " " + v.shape()).collect(Collectors.joining());
    }
}
