package dev.thaw.golden;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How real Keras trains small models: {@code training.txt}, written by {@code
 * src/test/python/training_fixtures.py}, which describes the format.
 */
final class TrainingFixtures {
    /**
     * Rows for {@code fit} or {@code evaluate}.
     *
     * @param x one per input
     * @param y one per output
     * @param weights none, one for all outputs, or one per output
     */
    record Rows(List<Tensor> x, List<Tensor> y, List<Tensor> weights) {}

    /**
     * A Keras class with its arguments, as text.
     *
     * @param name the class
     * @param arguments those that are not the default
     */
    record Spec(String name, Map<String, String> arguments) {}

    /**
     * A flag that is set before a phase.
     *
     * @param path of the layer; {@code .} is the model
     * @param value the flag
     */
    record Flag(String path, boolean value) {}

    /**
     * One compile and fit, and what came of it.
     *
     * @param flags set first, in this order
     * @param optimizer {@code same} keeps the one before
     * @param losses one per output
     * @param lossWeights one per output, or none
     * @param metrics names per output, or none
     * @param weightedMetrics names per output, or none
     * @param fit its arguments
     * @param classWeight by class; empty for none
     * @param history a number per epoch by name
     * @param after the weights that have changed
     * @param predictions afterwards, one per output
     */
    record Phase(
            List<Flag> flags,
            Spec optimizer,
            List<Spec> losses,
            List<Double> lossWeights,
            List<List<String>> metrics,
            List<List<String>> weightedMetrics,
            Map<String, String> fit,
            Map<Integer, Double> classWeight,
            Map<String, List<Double>> history,
            Map<String, Tensor> after,
            List<Tensor> predictions) {
        int epochs() {
            return Integer.parseInt(fit.get("epochs"));
        }

        int batchSize() {
            return Integer.parseInt(fit.get("batch_size"));
        }

        double validationSplit() {
            return Double.parseDouble(fit.getOrDefault("validation_split", "0"));
        }
    }

    /**
     * A model with its data and the phases that it is trained in.
     *
     * @param name unique
     * @param model a method of {@link TrainingModels}
     * @param training what is fitted
     * @param validation the argument {@code validation_data}, if given
     * @param weights before, in Keras's order
     * @param phases in order
     */
    record Case(
            String name,
            String model,
            Rows training,
            Optional<Rows> validation,
            Map<String, Tensor> weights,
            List<Phase> phases) {
        @Override
        public String toString() {
            return name;
        }
    }

    private String name;
    private String model;
    private final Open training = new Open();
    private final Open validation = new Open();
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final List<OpenPhase> phases = new ArrayList<>();

    private TrainingFixtures() {}

    private static final class Open {
        final List<Tensor> x = new ArrayList<>();
        final List<Tensor> y = new ArrayList<>();
        final List<Tensor> weights = new ArrayList<>();

        boolean take(String key, String rest) {
            switch (key) {
                case "x" -> x.add(LayerFixtures.tensor(rest));
                case "x_classes" -> x.add(classes(LayerFixtures.tensor(rest)));
                case "y" -> y.add(LayerFixtures.tensor(rest));
                case "y_classes" -> y.add(classes(LayerFixtures.tensor(rest)));
                case "sample_weight" -> weights.add(LayerFixtures.tensor(rest));
                default -> {
                    return false;
                }
            }
            return true;
        }

        Rows close() {
            return new Rows(x, y, weights);
        }

        private static Tensor classes(Tensor numbers) {
            Tensor t = Tensor.zeros(numbers.shape(), DType.INT32);
            Arrays.setAll(t.ints(), i -> (int) numbers.floats()[i]);
            return t;
        }
    }

    private static final class OpenPhase {
        final List<Flag> flags = new ArrayList<>();
        final List<Spec> losses = new ArrayList<>();
        final List<Double> lossWeights = new ArrayList<>();
        final List<List<String>> metrics = new ArrayList<>();
        final List<List<String>> weightedMetrics = new ArrayList<>();
        final Map<String, String> fit = new LinkedHashMap<>();
        final Map<Integer, Double> classWeight = new LinkedHashMap<>();
        final Map<String, List<Double>> history = new LinkedHashMap<>();
        final Map<String, Tensor> after = new LinkedHashMap<>();
        final List<Tensor> predictions = new ArrayList<>();
        Spec optimizer;

        void take(String key, String rest) {
            String[] words = rest.isEmpty() ? new String[0] : rest.split(" ");
            switch (key) {
                case "trainable" -> flags.add(new Flag(words[0], words[1].equals("True")));
                case "optimizer" -> optimizer = spec(words);
                case "loss" -> losses.add(spec(words));
                case "loss_weight" -> lossWeights.add(Double.valueOf(rest));
                case "metrics" -> metrics.add(List.of(words));
                case "weighted_metrics" -> weightedMetrics.add(List.of(words));
                case "fit" -> fit.putAll(settings(words, 0));
                case "class_weight" ->
                        settings(words, 0)
                                .forEach(
                                        (k, w) ->
                                                classWeight.put(
                                                        Integer.valueOf(k), Double.valueOf(w)));
                case "history" ->
                        history.put(
                                words[0],
                                Arrays.stream(words).skip(1).map(Double::valueOf).toList());
                case "after" -> after.put(words[0], tensorAfter(words[0], rest));
                case "predict" -> predictions.add(LayerFixtures.tensor(rest));
                default -> throw new IllegalStateException("line not understood: " + key);
            }
        }

        Phase close() {
            return new Phase(
                    flags,
                    optimizer,
                    losses,
                    lossWeights,
                    metrics,
                    weightedMetrics,
                    fit,
                    classWeight,
                    history,
                    after,
                    predictions);
        }
    }

    /** All cases, in the order of the file. */
    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                TrainingFixtures.class.getResourceAsStream("training/training.txt"),
                                StandardCharsets.UTF_8))) {
            TrainingFixtures open = new TrainingFixtures();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("end")) {
                    cases.add(open.close());
                    open = new TrainingFixtures();
                } else if (!line.startsWith("#")) {
                    open.take(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    private void take(String line) {
        String key = line.split(" ", 2)[0];
        String rest = line.substring(Math.min(line.length(), key.length() + 1));
        if (key.equals("phase")) {
            phases.add(new OpenPhase());
        } else if (!phases.isEmpty()) {
            phases.get(phases.size() - 1).take(key, rest);
        } else if (key.equals("case")) {
            name = rest;
        } else if (key.equals("model")) {
            model = rest;
        } else if (key.equals("weight")) {
            String weight = rest.split(" ", 2)[0];
            weights.put(weight, tensorAfter(weight, rest));
        } else if (!(key.startsWith("val_")
                ? validation.take(key.substring("val_".length()), rest)
                : training.take(key, rest))) {
            throw new IllegalStateException(name + ": line not understood: " + key);
        }
    }

    private Case close() {
        return new Case(
                name,
                model,
                training.close(),
                validation.x.isEmpty() ? Optional.empty() : Optional.of(validation.close()),
                weights,
                phases.stream().map(OpenPhase::close).toList());
    }

    private static Tensor tensorAfter(String word, String rest) {
        return LayerFixtures.tensor(rest.substring(word.length() + 1));
    }

    private static Spec spec(String[] words) {
        return new Spec(words[0], settings(words, 1));
    }

    private static Map<String, String> settings(String[] words, int from) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String word : Arrays.asList(words).subList(from, words.length)) {
            int equals = word.indexOf('=');
            settings.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return settings;
    }
}
