package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Registry;
import dev.thaw.file.Printable;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.io.hdf5.Hdf5Node;
import dev.thaw.model.Model;
import dev.thaw.train.Compilation;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.RMSprop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads how a model was compiled, and the state of its optimizer. */
final class CompileReader {
    private static final Logger LOG = LoggerFactory.getLogger(CompileReader.class);

    /** Keras's class, registered or not; V3 is that of TensorFlow 2.11 to 2.15. */
    private static final String LOSS_SCALE = "(.*>)?LossScaleOptimizer(V\\d)?";

    /** Keras 3 puts it before the names of an optimizer's values within a loss scale. */
    private static final String SCALE = "^loss_scale_optimizer(_\\d+)?/";

    /** The scale, and an iteration and a rate that stand beside it and mean nothing. */
    private static final String OF_THE_SCALE = SCALE + "[^/]+";

    private final Model model;
    private final ObjectReader objects;
    private final boolean keras2;
    private final List<ConfigException> lost = new ArrayList<>();

    private CompileReader(Model model, Registry registry, boolean keras2) {
        this.model = model;
        this.keras2 = keras2;
        this.objects = new ObjectReader(registry);
    }

    /**
     * Compiles the model where the configuration says how. What cannot be read of it is told in one
     * warning and never stops the model: without a metric it is compiled all the same, without its
     * loss or optimizer it is not.
     *
     * @param config Keras's compile_config; nothing happens where it is absent
     * @param root the file, for the optimizer's state
     * @param registry what the configuration may name
     * @param keras2 whether a release of Keras 2 wrote the file
     */
    static void read(
            Model model, JsonNode config, Hdf5Group root, Registry registry, boolean keras2) {
        if (read(model, config, registry, keras2)) {
            // Keras 3 has the state of an optimizer within a loss scale a second time, alone
            root.find("optimizer/inner_optimizer/vars")
                    .or(() -> root.find("optimizer/vars"))
                    .filter(Hdf5Group.class::isInstance)
                    .ifPresent(
                            g ->
                                    OptimizerState.read(
                                            model,
                                            List.copyOf(((Hdf5Group) g).datasets().values())));
        }
    }

    /** The same without a state; true where the model is compiled now. */
    static boolean read(Model model, JsonNode config, Registry registry, boolean keras2) {
        return new CompileReader(model, registry, keras2)
                .tryCompile(config, config.path("optimizer"));
    }

    /** As Keras 2 wrote it, and Keras 3 still does in {@code .h5}: the optimizer's key differs. */
    static void readLegacy(Model model, JsonNode config, Hdf5Group root, Registry registry) {
        CompileReader reader = new CompileReader(model, registry, isKeras2(root));
        Optional<Hdf5Node> found = root.find("optimizer_weights");
        if (reader.tryCompile(config, config.path("optimizer_config"))
                && found.isPresent()
                && found.get() instanceof Hdf5Group g
                && g.attributes().has("weight_names")
                && !TheanoKernels.wrote(root)) { // the slots of kernels that were turned
            Map<String, Hdf5Dataset> values = new LinkedHashMap<>();
            for (String n : g.attributes().strings("weight_names")) {
                if (!n.matches(OF_THE_SCALE)) {
                    values.put(n.replaceFirst(SCALE, ""), g.dataset(n));
                }
            }
            OptimizerState.read(model, values);
        }
    }

    private static boolean isKeras2(Hdf5Group root) {
        return root.attributes().has("keras_version")
                && root.attributes().string("keras_version").startsWith("2.");
    }

    /** Compiles the model as a configuration says, and refuses what cannot be read of it. */
    static void compile(Model model, JsonNode config, Registry registry) {
        CompileReader reader = new CompileReader(model, registry, false);
        reader.compile(config, config.path("optimizer"));
        if (!reader.lost.isEmpty()) {
            throw reader.lost.get(0);
        }
    }

    private boolean tryCompile(JsonNode config, JsonNode optimizer) {
        if (!config.path("loss").isMissingNode() && !config.path("loss").isNull()) {
            try {
                compile(config, optimizer);
            } catch (ConfigException e) {
                lost.add(e);
            }
        }
        if (!lost.isEmpty()) {
            LOG.warn(
                    "{}: {}: {}",
                    model.name(),
                    model.compilation().isPresent()
                            ? "is compiled without what cannot be read"
                            : "is not compiled, as this cannot be read",
                    Printable.of(
                            lost.stream()
                                    .map(Throwable::getMessage)
                                    .collect(Collectors.joining(" | "))));
        }
        return model.compilation().isPresent();
    }

    private void compile(JsonNode config, JsonNode optimizer) {
        Spellings.renew("compile_config", config);
        Optimizer made =
                optimizer.isMissingNode() || optimizer.isNull()
                        ? new RMSprop() // Keras's default
                        : optimizer("compile_config.optimizer", optimizer);
        Compilation c = new LossReader(model, objects, keras2, lost).read(made, config);
        ConfigException.within(
                "compile_config",
                () -> {
                    model.compile(c);
                    return null;
                });
    }

    private Optimizer optimizer(String where, JsonNode node) {
        if (node.path("class_name").asText().matches(LOSS_SCALE)) {
            // which scales losses against underflow in half precision; float32 needs none
            JsonNode inner = node.path("config").path("inner_optimizer");
            return optimizer(
                    where, inner.isMissingNode() ? node.path("config").path("optimizer") : inner);
        }
        return objects.object(where, Optimizer.class, node);
    }
}
