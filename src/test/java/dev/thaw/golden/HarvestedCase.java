package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.data.TensorDataset;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.io.keras.KerasJson;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.layer.core.Identity;
import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.optimizer.LearningRateSchedule;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A question of Keras's own tests with Keras's answer: {@code src/test/python/harvest.py} makes
 * them and describes the form.
 *
 * @param line the case
 */
record HarvestedCase(JsonNode line) {
    /** Keras rounds to float32, and the reference does not. */
    static final int ONE_SIDE = 1;

    static final int BOTH_SIDES = 2;

    /** 4 standard deviations of a walk through all terms of a sum, and the functions around it. */
    private static double roundings(double terms) {
        return 4 * Math.sqrt(terms) + 8;
    }

    String id() {
        return line.path("id").asText();
    }

    @Override
    public String toString() {
        return id();
    }

    /**
     * Asks Thaw, and fails where its answer is another one.
     *
     * @param sides how many of the two computations round to float32
     * @return the model as Thaw writes it, for Keras to open; empty for what is no model
     */
    byte[] play(Backend backend, int sides) {
        switch (line.path("kind").asText()) {
            case "model", "file" -> {
                return new Played(backend, sides).play();
            }
            case "loss" -> literal(backend, sides, "loss");
            case "metric" -> literal(backend, sides, "metrics");
            case "schedule" -> schedule();
            default -> throw new IllegalStateException(id() + ": of no known kind");
        }
        return new byte[0];
    }

    private static List<Tensor> tensors(JsonNode list) {
        List<Tensor> all = new ArrayList<>();
        list.forEach(t -> all.add(tensor(t)));
        return all;
    }

    private static Tensor tensor(JsonNode t) {
        List<Integer> dims = new ArrayList<>();
        t.path("s").forEach(d -> dims.add(d.asInt()));
        ByteBuffer data =
                ByteBuffer.wrap(Base64.getDecoder().decode(t.path("d").asText()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        Shape shape = Shape.of(dims);
        switch (t.path("t").asText()) {
            case "f4" -> {
                float[] values = new float[data.remaining() / Float.BYTES];
                data.asFloatBuffer().get(values);
                return Tensor.of(values, shape);
            }
            case "i4" -> {
                int[] values = new int[data.remaining() / Integer.BYTES];
                data.asIntBuffer().get(values);
                return Tensor.of(values, shape);
            }
            case "i8" -> {
                long[] values = new long[data.remaining() / Long.BYTES];
                data.asLongBuffer().get(values);
                return Tensor.of(values, shape);
            }
            default -> throw new IllegalStateException("type not understood: " + t.path("t"));
        }
    }

    /** A model in a backend. */
    private final class Played {
        private final Backend backend;
        private final int sides;
        private final List<Tensor> x = tensors(line.path("x"));
        private final List<Tensor> y = tensors(line.path("y"));
        private final List<Tensor> weights = tensors(line.path("weights"));

        Played(Backend backend, int sides) {
            this.backend = backend;
            this.sides = sides;
        }

        private Model made() {
            if (line.has("keras")) {
                byte[] file = Base64.getDecoder().decode(line.path("keras").asText());
                return KerasFiles.load(new ByteArrayInputStream(file), id()).on(backend);
            }
            Model model = KerasJson.model(line.path("json").asText()).on(backend);
            model.setWeights(FixtureLayers.typed(model, weights));
            return model;
        }

        /** Each layer adds its own rounding errors to those of the layers before. */
        private Float32Noise noise(Model model, int passes) {
            long terms = 1;
            for (List<Tensor> all : List.of(x, y, weights)) {
                for (Tensor t : all) {
                    terms = Math.max(terms, t.size());
                }
            }
            int layers = model.flatten().size();
            return new Float32Noise(
                    "float32 in %d layers, %d passes".formatted(layers, passes),
                    sides * passes * layers * roundings(terms),
                    1);
        }

        byte[] play() {
            byte[] written;
            try (Model model = made()) {
                Float32Noise noise = noise(model, 1);
                List<Tensor> out = model.call(x, Mode.INFERENCE);
                same("output", y, out, noise);
                // what a file says does not depend on the backend, so it is looked at on one
                written = sides == BOTH_SIDES ? again(model, out) : new byte[0];
                if (line.has("y_train")) {
                    List<Tensor> train = model.call(x, Mode.TRAINING);
                    same("output in training", tensors(line.path("y_train")), train, noise);
                }
                boolean moved = line.has("moved");
                sameWeights(
                        model,
                        moved ? tensors(line.path("moved")) : weights,
                        moved ? noise : Float32Noise.EXACT);
            }
            if (line.has("step")) {
                try (Model model = made()) {
                    train(model, line.path("step"));
                }
            }
            return written;
        }

        private void train(Model model, JsonNode step) {
            KerasFiles.compile(model, step.path("compile").toString());
            List<Tensor> targets = tensors(step.path("targets"));
            Batch batch = new Batch(x, targets);
            if (!step.path("sample_weight").isNull()) {
                Optional<Tensor> w = Optional.of(tensor(step.path("sample_weight")));
                batch = batch.withWeights(Collections.nCopies(targets.size(), w));
            }
            int passes = 0;
            for (JsonNode loss : step.path("losses")) {
                double ours = model.trainOnBatch(batch).get("loss");
                passes += 2;
                noise(model, passes)
                        .check("loss of step " + passes / 2, number(loss.asDouble()), number(ours));
            }
            sameWeights(model, tensors(step.path("after")), noise(model, passes));
        }

        /** What Thaw writes and reads again does the same, to the bit. */
        private byte[] again(Model model, List<Tensor> out) {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            KerasFiles.save(model, file);
            byte[] bytes = file.toByteArray();
            try (Model read = KerasFiles.load(new ByteArrayInputStream(bytes), id()).on(backend)) {
                same("output after saving", out, read.call(x, Mode.INFERENCE), Float32Noise.EXACT);
            }
            return bytes;
        }
    }

    private static Tensor number(double v) {
        return Tensor.of(new float[] {(float) v});
    }

    private static void same(
            String what, List<Tensor> keras, List<Tensor> thaw, Float32Noise noise) {
        assertThat(thaw).as(what).hasSameSizeAs(keras);
        for (int i = 0; i < keras.size(); i++) {
            noise.check(what + " " + i, floats(keras.get(i)), floats(thaw.get(i)));
        }
    }

    /** Keras leaves some layers' whole numbers whole; Thaw has the same numbers as floats. */
    private static Tensor floats(Tensor t) {
        float[] values =
                switch (t.dtype()) {
                    case FLOAT32 -> t.floats();
                    case INT32 -> {
                        float[] all = new float[t.size()];
                        for (int i = 0; i < all.length; i++) {
                            all[i] = t.ints()[i];
                        }
                        yield all;
                    }
                    case INT64 -> {
                        float[] all = new float[t.size()];
                        for (int i = 0; i < all.length; i++) {
                            all[i] = t.longs()[i];
                        }
                        yield all;
                    }
                };
        return Tensor.of(values, t.shape());
    }

    private static void sameWeights(Model model, List<Tensor> keras, Float32Noise noise) {
        List<Weight> ours = model.weights();
        assertThat(ours).hasSameSizeAs(keras);
        for (int i = 0; i < keras.size(); i++) {
            Weight w = ours.get(i);
            String what = "%s of %s".formatted(w.spec().name(), w.layer().name());
            noise.check(what, floats(keras.get(i)), floats(w.variable().value()));
        }
    }

    /** A loss or a metric of predictions that are given. */
    private void literal(Backend backend, int sides, String kind) {
        List<Tensor> targets = new ArrayList<>();
        List<Tensor> predictions = new ArrayList<>();
        List<Tensor> sampleWeights = new ArrayList<>();
        for (JsonNode b : line.path("batches")) {
            targets.add(tensor(b.path("y_true")));
            predictions.add(tensor(b.path("y_pred")));
            if (!b.path("sample_weight").isNull()) {
                sampleWeights.add(tensor(b.path("sample_weight")));
            }
        }
        Tensor p = Tensor.concatenate(predictions);
        Symbol in = Input.of(p.shape().sub(1, p.shape().rank()), p.dtype());
        try (Model model = new Model(in, new Identity().apply(in)).on(backend)) {
            ObjectNode config = JsonNodeFactory.instance.objectNode();
            config.put("optimizer", "sgd");
            JsonNode object = line.path("object");
            boolean metric = kind.equals("metrics");
            config.set("loss", metric ? anyLoss(targets.get(0), p) : object);
            if (metric) {
                config.putArray(sampleWeights.isEmpty() ? kind : "weighted_metrics").add(object);
            }
            KerasFiles.compile(model, config.toString());
            TensorDataset data =
                    new TensorDataset(
                            List.of(p),
                            List.of(Tensor.concatenate(targets)),
                            sampleWeights.isEmpty()
                                    ? List.of()
                                    : List.of(Optional.of(Tensor.concatenate(sampleWeights))));
            int rows = predictions.get(0).shape().dim(0);
            Map<String, Double> logs = model.evaluate(data, EvaluateOptions.batchSize(rows));
            String name = metric ? object.path("config").path("name").asText() : "loss";
            assertThat(logs).containsKey(name);
            new Float32Noise("float32", sides * roundings(p.size()), 1)
                    .check(name, number(line.path("value").asDouble()), number(logs.get(name)));
        }
    }

    /** A metric is reported beside a loss; any that takes these targets will do. */
    private static JsonNode anyLoss(Tensor target, Tensor prediction) {
        boolean sparse = target.shape().rank() < prediction.shape().rank();
        boolean column = target.shape().last() < prediction.shape().last();
        return JsonNodeFactory.instance.textNode(
                sparse || column ? "sparse_categorical_crossentropy" : "mse");
    }

    /** Powers and cosines of other libraries differ in the last place. */
    private void schedule() {
        JsonNode object = line.path("object");
        Map<String, Object> config = KerasJson.plain(object.path("config"));
        LearningRateSchedule s =
                LearningRateSchedule.of(object.path("class_name").asText(), config);
        double largest = 0;
        for (JsonNode rate : line.path("rates")) {
            largest = Math.max(largest, Math.abs(rate.get(1).asDouble()));
        }
        for (JsonNode rate : line.path("rates")) {
            float keras = (float) rate.get(1).asDouble();
            // near 0 it is the largest rate whose rounding counts
            double bound = 4 * Math.ulp((float) Math.max(Math.abs(keras), largest * 1e-2));
            assertThat(Math.abs(s.at(rate.get(0).asLong()) - keras))
                    .as("rate of step %s: %s", rate.get(0), keras)
                    .isLessThanOrEqualTo((float) bound);
        }
    }
}
