package dev.thaw.demo;

import dev.thaw.graph.Explanation;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the two tutorials share: pictures, a base to start from, and what they print. */
final class Tutorial {
    private Tutorial() {}

    /** Digits as pictures [N, side, side, 3] in [0, 255], each pixel the nearest one's. */
    static Tensor pictures(Digits digits, int side) {
        int n = digits.count();
        int from = digits.images().shape().dim(1);
        float[] pixels = digits.images().floats();
        float[] rgb = new float[n * side * side * 3];
        for (int i = 0; i < rgb.length; i++) {
            int cell = i / 3;
            int x = cell % side * from / side;
            int y = cell / side % side * from / side;
            rgb[i] = 255 * pixels[(cell / (side * side) * from + y) * from + x];
        }
        return Tensor.of(rgb, n, side, side, 3);
    }

    /** The digits as one number per picture, for one sigmoid. */
    static Tensor answers(Digits digits) {
        int[] labels = digits.labels().ints();
        float[] answers = new float[labels.length];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = labels[i];
        }
        return Tensor.of(answers, answers.length, 1);
    }

    /**
     * Sets all moving statistics to those of these pictures, in one pass in training mode: a few
     * steps of training would not bring them there, at a momentum of 0.99 or 0.999.
     */
    static void settle(Model base, Tensor pictures) {
        List<BatchNormalization> layers =
                base.layers().stream()
                        .filter(BatchNormalization.class::isInstance)
                        .map(BatchNormalization.class::cast)
                        .toList();
        layers.forEach(l -> scale(l, 0));
        base.call(pictures, Mode.TRAINING);
        // from 0, one step leaves (1 - momentum) times the batch's own statistics
        layers.forEach(l -> scale(l, 1 / (1 - (double) l.config().get("momentum"))));
    }

    private static void scale(Layer layer, double factor) {
        for (Variable v : statistics(layer)) {
            float[] values = v.value().floats().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (factor * values[i]);
            }
            v.assign(Tensor.of(values, v.shape()));
        }
    }

    private static List<Variable> statistics(Layer layer) {
        return layer.weights().stream()
                .filter(w -> !w.spec().trainable())
                .map(Weight::variable)
                .toList();
    }

    /** Copies of all moving statistics below a layer. */
    static List<Tensor> movingStatistics(Layer layer) {
        return statistics(layer).stream().map(v -> v.value().copy()).toList();
    }

    /** How many tensors are bit-identical to what they were. */
    static long same(List<Tensor> before, List<Tensor> after) {
        long same = 0;
        for (int i = 0; i < before.size(); i++) {
            same += before.get(i).bitEquals(after.get(i)) ? 1 : 0;
        }
        return same;
    }

    /** How many calls move statistics. */
    static long moving(Explanation explanation) {
        return explanation.flatten().stream().filter(e -> !e.statisticsMove().isEmpty()).count();
    }

    static void print(String title, Object content) {
        System.out.printf("%n== %s%n%s%n", title, content.toString().stripTrailing());
    }

    static void accuracy(String when, Map<String, Double> metrics) {
        System.out.printf(
                Locale.ROOT, "%s: test accuracy %.2f%%%n", when, 100 * metrics.get("accuracy"));
    }
}
