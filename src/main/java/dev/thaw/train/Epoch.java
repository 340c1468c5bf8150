package dev.thaw.train;

import dev.thaw.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Runs a step over all batches of some rows and reads the means at the end. */
final class Epoch {
    /** Is told after each step; the logs are read from the device when asked for. */
    @FunctionalInterface
    interface StepEnd {
        void done(int step, Supplier<Map<String, Double>> logs);
    }

    private Epoch() {}

    static int[] inOrder(int rows) {
        int[] order = new int[rows];
        java.util.Arrays.setAll(order, i -> i);
        return order;
    }

    /**
     * @param stepOf the step for so many rows
     */
    static Map<String, Double> run(
            Rows data, int[] order, int batchSize, IntFunction<Step> stepOf, StepEnd end) {
        Step current = null;
        List<Tensor> all = List.of();
        List<Tensor> staging = List.of();
        int rows = 0;
        for (int from = 0, i = 0; from < order.length; from += batchSize, i++) {
            int to = Math.min(order.length, from + batchSize);
            Step step = stepOf.apply(to - from);
            if (step != current) {
                if (current == null) {
                    step.running().forEach(Running::reset);
                }
                all = data.of(step.feeds());
                staging = step.staging();
                current = step;
            }
            for (int k = 0; k < all.size(); k++) {
                all.get(k).gather(order, from, to, staging.get(k));
            }
            step.feed(staging);
            step.plan().run();
            rows += to - from;
            int soFar = rows;
            end.done(i, () -> logs(step, soFar));
        }
        return logs(current, rows);
    }

    private static Map<String, Double> logs(Step step, int rows) {
        Map<String, Double> logs = new LinkedHashMap<>();
        for (Running r : step.running()) {
            logs.put(r.name(), r.read(rows));
        }
        return logs;
    }
}
