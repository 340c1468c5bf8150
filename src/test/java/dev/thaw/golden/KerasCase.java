package dev.thaw.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Npy;
import dev.thaw.data.Npz;
import dev.thaw.data.TensorDataset;
import dev.thaw.graph.Network;
import dev.thaw.graph.Structure;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One case: a model of Keras, what goes in, and how it is trained. */
final class KerasCase {
    private final Path folder;
    private final Path out;
    private final Device device;
    private final JsonNode description;
    private final List<Tensor> x;

    KerasCase(Path folder, Path out, Device device, JsonNode description) {
        this.folder = folder;
        this.out = out;
        this.device = device;
        this.description = description;
        this.x = read("x");
    }

    private List<String> files(String key) {
        List<String> names = new ArrayList<>();
        description.path("files").path(key).forEach(n -> names.add(n.asText()));
        return names;
    }

    private List<Tensor> read(String key) {
        return files(key).stream().map(f -> Npy.read(folder.resolve(f))).toList();
    }

    void play() throws IOException {
        infer();
        call();
        trainingCall();
        if (!description.path("phases").isEmpty()) {
            fit();
        }
    }

    private Model fresh() {
        return KerasFiles.load(folder.resolve("model.keras")).on(device);
    }

    private void write(String key, List<Tensor> tensors) {
        List<String> names = files(key);
        for (int i = 0; i < names.size(); i++) {
            Npy.write(out.resolve(names.get(i)), tensors.get(i));
        }
    }

    private static boolean isDictionary(Structure s) {
        return s.isNamed();
    }

    /** Tensors stand in the ascending order of a dictionary's keys. */
    private List<Tensor> call(Model model, Mode mode) {
        if (!isDictionary(model.inputStructure())) {
            return model.call(x, mode);
        }
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < x.size(); i++) {
            named.put(model.inputNames().get(i), x.get(i));
        }
        return List.copyOf(model.call(named, mode).values());
    }

    private void infer() {
        try (Model model = fresh()) {
            write("y_infer", call(model, Mode.INFERENCE));
        }
    }

    private void call() {
        if (!files("y_call").isEmpty()) {
            try (Model model = fresh()) {
                boolean named = isDictionary(model.inputStructure());
                write("y_call", named ? call(model, Mode.INFERENCE) : model.call(x));
            }
        }
    }

    /** What the call changed, and nothing else. */
    private void trainingCall() {
        if (files("y_train").isEmpty() && files("after_train_call").isEmpty()) {
            return;
        }
        Map<String, Tensor> changed = new LinkedHashMap<>();
        try (Model model = fresh()) {
            Map<String, Tensor> before = weights(model);
            write("y_train", call(model, Mode.TRAINING));
            weights(model)
                    .forEach(
                            (key, value) -> {
                                if (!value.bitEquals(before.get(key))) {
                                    changed.put(key, value);
                                }
                            });
        }
        Npz.write(out.resolve("after_train_call.npz"), changed);
    }

    private void fit() throws IOException {
        ArrayNode history = JsonNodeFactory.instance.arrayNode();
        try (Model model = fresh()) {
            for (JsonNode phase : description.path("phases")) {
                setTrainable(model, phase.path("set_trainable"));
                KerasFiles.compile(model, compileConfig(phase).toString());
                history.add(fit(model, phase.path("fit")));
            }
            // a call moves the statistics of a layer whose training=True is baked in
            KerasFiles.save(model, out.resolve("after.keras"));
            write("y_infer_after", call(model, Mode.INFERENCE));
        }
        KerasCases.JSON.writeValue(out.resolve("history.json").toFile(), history);
    }

    private static void setTrainable(Model model, JsonNode flags) {
        for (Map.Entry<String, JsonNode> e : flags.properties()) {
            Layer layer = e.getKey().isEmpty() ? model : model.layer(e.getKey());
            layer.setTrainable(e.getValue().asBoolean());
        }
    }

    private static ObjectNode compileConfig(JsonNode phase) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        for (String key :
                List.of("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")) {
            config.set(key, phase.path(key).isMissingNode() ? null : phase.path(key));
        }
        return config;
    }

    private ObjectNode fit(Model model, JsonNode how) {
        List<Double> perStep = new ArrayList<>();
        Callback recorder =
                new Callback() {
                    @Override
                    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
                        perStep.add(running.read().get("loss"));
                    }
                };
        FitOptions options =
                FitOptions.epochs(how.path("epochs").asInt(1))
                        .withBatchSize(how.path("batch_size").asInt(32))
                        .withShuffle(how.path("shuffle").asBoolean(false))
                        .withVerbosity(FitOptions.Verbosity.SILENT)
                        .withCallbacks(recorder);
        if (how.path("class_weight").isObject()) {
            Map<Integer, Double> weights = new HashMap<>();
            how.path("class_weight")
                    .properties()
                    .forEach(
                            e -> weights.put(Integer.valueOf(e.getKey()), e.getValue().asDouble()));
            options = options.withClassWeight(weights);
        }
        List<Tensor> y = read("y");
        Optional<Tensor> weights =
                how.path("sample_weight").asBoolean(false)
                        ? Optional.of(Npy.read(folder.resolve("sw.npy")))
                        : Optional.empty();
        TensorDataset data = new TensorDataset(x, y, Collections.nCopies(y.size(), weights));
        boolean named =
                isDictionary(model.inputStructure()) || isDictionary(model.outputStructure());
        History history =
                model.fit(
                        named ? data.named(model.inputNames(), model.outputNames()) : data,
                        options);
        ObjectNode epoch = JsonNodeFactory.instance.objectNode();
        for (String key : history.epochs().get(0).keySet()) {
            ArrayNode values = epoch.putArray(key);
            history.get(key).forEach(values::add);
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.set("epoch", epoch);
        ArrayNode steps = result.putArray("running_loss_per_step");
        perStep.forEach(steps::add);
        return result;
    }

    /** Values by layer path and variable name; a second variable of the same key gets a number. */
    static Map<String, Tensor> weights(Network model) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect(model, "", all, Collections.newSetFromMap(new IdentityHashMap<>()));
        return all;
    }

    private static void collect(
            Network model, String path, Map<String, Tensor> into, Set<Object> seen) {
        for (Layer layer : model.layers()) {
            if (layer instanceof Network inner) {
                collect(inner, path + layer.name() + "/", into, seen);
                continue;
            }
            for (Weight w : layer.weights()) {
                if (seen.add(w.variable())) {
                    String key = path + layer.name() + "/" + w.spec().name();
                    String own = key;
                    for (int n = 1; into.containsKey(own); n++) {
                        own = key + "#" + n;
                    }
                    into.put(own, w.variable().value().copy());
                }
            }
        }
    }
}
