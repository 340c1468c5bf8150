package dev.thaw.golden;

import dev.thaw.tensor.Shape;
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
 * What real Keras computes for single layers: {@code layers.txt}, written by {@code
 * src/test/python/layer_fixtures.py}, which describes the format, and its sequels.
 */
public final class LayerFixtures {
    private static final List<String> FILES =
            List.of(
                    "layers",
                    "windows",
                    "reshaping",
                    "merging",
                    "activations",
                    "norms",
                    "operators",
                    "images");

    /**
     * Gradients of sum(output * upstream).
     *
     * @param inputs one per input
     * @param weights by name, one per trainable weight
     */
    public record Gradient(List<Tensor> inputs, Map<String, Tensor> weights) {}

    /**
     * One layer on small inputs.
     *
     * @param name unique
     * @param layer Keras's class; empty where {@code json} has it
     * @param config the arguments that are not the default, as text; empty where {@code json} has
     *     them
     * @param json Keras's configuration, where the layer is read from that; where {@code layer} is
     *     empty, the whole layer as Keras serializes it
     * @param inputs in the order of the call
     * @param masks of some inputs, by their index
     * @param weights before any call, in Keras's order
     * @param inference the output with training=False
     * @param outputMask the mask of the output, if it has one
     * @param training the output with training=True; absent where it is random
     * @param upstream what the gradients start from; absent where {@code training} is
     * @param trainingGradient with training=True; empty where {@code training} is absent
     * @param inferenceGradient with training=False; empty where {@code training} is absent
     * @param weightsAfter those weights that a call with training=True has changed
     */
    public record Case(
            String name,
            String layer,
            Map<String, String> config,
            Optional<String> json,
            List<Tensor> inputs,
            Map<Integer, Tensor> masks,
            Map<String, Tensor> weights,
            Tensor inference,
            Optional<Tensor> outputMask,
            Optional<Tensor> training,
            Optional<Tensor> upstream,
            Gradient trainingGradient,
            Gradient inferenceGradient,
            Map<String, Tensor> weightsAfter) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final Map<String, String> single = new LinkedHashMap<>();
    private final Map<String, String> config = new LinkedHashMap<>();
    private final Map<String, List<Tensor>> lists = new LinkedHashMap<>();
    private final Map<String, Map<String, Tensor>> named = new LinkedHashMap<>();

    private LayerFixtures() {}

    /** All cases, in the order of the files. */
    public static List<Case> all() {
        return FILES.stream().flatMap(f -> all(f).stream()).toList();
    }

    private static List<Case> all(String file) {
        List<Case> cases = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                LayerFixtures.class.getResourceAsStream("layers/" + file + ".txt"),
                                StandardCharsets.UTF_8))) {
            LayerFixtures open = new LayerFixtures();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("end")) {
                    cases.add(open.close());
                    open = new LayerFixtures();
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
        String[] head = line.split(" ", 3);
        switch (head[0]) {
            case "case", "class" -> single.put(head[0], head[1]);
            case "config" -> config.put(head[1], head[2]);
            case "input_int" ->
                    list("input").add(ints(tensor(line.substring(head[0].length() + 1))));
            case "json" -> single.put("json", line.substring(head[0].length() + 1));
            case "mask", "weight", "d_weight", "d_weight_inference", "after" ->
                    named(head[0]).put(head[1], tensor(head[2]));
            default -> {
                if (line.equals("training same")) {
                    lists.put("training", list("inference"));
                } else {
                    list(head[0]).add(tensor(line.substring(head[0].length() + 1)));
                }
            }
        }
    }

    private List<Tensor> list(String key) {
        return lists.computeIfAbsent(key, k -> new ArrayList<>());
    }

    private Map<String, Tensor> named(String key) {
        return named.computeIfAbsent(key, k -> new LinkedHashMap<>());
    }

    private Case close() {
        Gradient training = new Gradient(list("d_input"), named("d_weight"));
        boolean same = !lists.containsKey("d_input_inference");
        return new Case(
                single.get("case"),
                single.getOrDefault("class", ""),
                config,
                Optional.ofNullable(single.get("json")),
                list("input"),
                masks(),
                named("weight"),
                list("inference").get(0),
                list("mask_out").stream().findFirst(),
                list("training").stream().findFirst(),
                list("upstream").stream().findFirst(),
                training,
                same
                        ? training
                        : new Gradient(list("d_input_inference"), named("d_weight_inference")),
                named("after"));
    }

    private Map<Integer, Tensor> masks() {
        Map<Integer, Tensor> masks = new LinkedHashMap<>();
        named("mask").forEach((index, mask) -> masks.put(Integer.valueOf(index), mask));
        return masks;
    }

    private static Tensor ints(Tensor t) {
        int[] values = new int[t.size()];
        Arrays.setAll(values, i -> (int) t.floats()[i]);
        return Tensor.of(values, t.shape());
    }

    /** {@code 2,3 : 1 2 3 4 5 6}. */
    static Tensor tensor(String text) {
        int colon = text.indexOf(':');
        String[] words = text.substring(colon + 1).trim().split(" ");
        float[] values = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = Float.parseFloat(words[i]);
        }
        String extents = text.substring(0, colon).trim();
        return Tensor.of(
                values,
                extents.isEmpty()
                        ? Shape.scalar()
                        : Shape.of(
                                Arrays.stream(extents.split(","))
                                        .mapToInt(Integer::parseInt)
                                        .toArray()));
    }
}
