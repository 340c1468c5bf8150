package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.backend.spi.Device;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.campaign.Attack;
import dev.thaw.campaign.Choices;
import dev.thaw.campaign.Outcome;
import dev.thaw.config.Configured;
import dev.thaw.data.Batch;
import dev.thaw.data.DataException;
import dev.thaw.file.FileFormatException;
import dev.thaw.io.DamagedText;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.NonFiniteLossException;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Models of all layers whose options say anything, in rows, in graphs and in each other, with
 * optimizers and losses of random options. Each is refused with an error that somebody wrote, or is
 * explained, predicts, trains a step and is saved; what is saved loads.
 */
public final class RandomConfigs implements Attack {
    /** What layers need that have no default. */
    private static final List<Map<String, ?>> NEEDED =
            List.of(
                    Map.of(),
                    Map.of("units", 3),
                    Map.of("rate", .3),
                    Map.of("factor", .2),
                    Map.of("stddev", .2),
                    Map.of("height_factor", .2),
                    Map.of("height_factor", .2, "width_factor", .2),
                    Map.of("height", 4, "width", 5),
                    Map.of("target_shape", List.of(3, -1)),
                    Map.of("n", 2),
                    Map.of("dims", List.of(2, 1)),
                    Map.of("activation", "relu"),
                    Map.of("axes", 1),
                    Map.of("scale", 2),
                    Map.of("input_dim", 5, "output_dim", 3));

    private static final List<String> SHAPES =
            List.of(
                    "null,6",
                    "null,6,2",
                    "null,6,6,2",
                    "null,4,4,4,2",
                    "null,3,4",
                    "null",
                    "null,null,2",
                    "null,null,null,3",
                    "2,6,6,2",
                    "null,1,1,1",
                    "null,0",
                    "null,2147483647",
                    "null,65536,65536",
                    "null,5,5,5,5,5");

    private static final long MOST_ELEMENTS = 20_000;

    private final List<String> layers = new ArrayList<>();
    private final List<String> optimizers = objects(Optimizer.class);
    private final List<String> losses = objects(Loss.class);
    private final List<String> metrics = objects(Metric.class);

    /** Collects a configuration of every class that files may name. */
    public RandomConfigs() throws IOException {
        Map<String, List<String>> byClass = new TreeMap<>();
        for (String line : LayerConfigTest.configs()) {
            int space = line.indexOf(' ');
            byClass.computeIfAbsent(line.substring(0, space), k -> new ArrayList<>())
                    .add(line.substring(space + 1));
        }
        for (String name : KerasObjects.STANDARD.names(Layer.class)) {
            List<String> configs = byClass.getOrDefault(name, List.of());
            for (String config : configs.isEmpty() ? defaults(name) : configs) {
                layers.add("\"class_name\": \"%s\", \"config\": %s".formatted(name, config));
            }
        }
    }

    private static List<String> defaults(String name) {
        for (Map<String, ?> needed : NEEDED) {
            try {
                JsonNode made =
                        ObjectWriter.layer(
                                KerasObjects.STANDARD.make("", Layer.class, name, needed));
                return List.of(made.get("config").toString());
            } catch (RuntimeException e) {
                continue; // needs something else
            }
        }
        return List.of();
    }

    private static <T extends Configured> List<String> objects(Class<T> kind) {
        List<String> all = new ArrayList<>();
        for (String name : KerasObjects.STANDARD.names(kind)) {
            try {
                T made = KerasObjects.STANDARD.make("", kind, name, Map.of());
                all.add(new ObjectWriter("").configured(made).toString());
            } catch (RuntimeException e) {
                all.add("{\"class_name\": \"%s\", \"config\": {}}".formatted(name));
            }
        }
        return all;
    }

    @Override
    public Outcome run(Choices random, Path folder) throws IOException {
        Path file = folder.resolve("model.json");
        Files.writeString(file, text(random));
        Model model;
        try {
            model = KerasFiles.knowing(dev.thaw.config.Registry.EMPTY).readArchitecture(file);
        } catch (FileFormatException e) {
            return e.getMessage().startsWith(file.toString()) && !e.getMessage().contains("nobody")
                    ? Outcome.REFUSED
                    : Outcome.raw(e.getCause().getCause() == null ? e : e.getCause().getCause());
        }
        try (Model m = model.on(Device.cpu())) {
            boolean all = true;
            all &= allowed(m::summary);
            all &= allowed(() -> m.explain(random.of(List.of(Mode.values()))).toString());
            all &= allowed(() -> step(m, random));
            Path saved = folder.resolve("saved.keras");
            if (!allowed(() -> KerasFiles.save(m, saved))) {
                return Outcome.REFUSED;
            }
            try (Model again = KerasFiles.load(saved)) {
                return again.summary().equals(m.summary())
                        ? all ? Outcome.FINE : Outcome.REFUSED
                        : Outcome.wrong("the summary differs after a save");
            } catch (RuntimeException e) {
                return Outcome.unloadable(e);
            }
        }
    }

    /** False where it is refused in words. */
    private static boolean allowed(Runnable work) {
        try {
            work.run();
            return true;
        } catch (DeviceOutOfMemoryException
                | DataException
                | NonFiniteLossException
                | FileFormatException e) {
            return false;
        } catch (IllegalArgumentException | IllegalStateException e) {
            boolean ours =
                    e.getClass().getName().startsWith("dev.thaw")
                            || e.getClass() == IllegalArgumentException.class
                            || e.getClass() == IllegalStateException.class;
            Throwable cause = e.getCause();
            boolean wraps =
                    cause instanceof NullPointerException
                            || cause instanceof IndexOutOfBoundsException
                            || cause instanceof ArithmeticException
                            || cause instanceof ClassCastException;
            if (!ours || wraps || e.getMessage() == null) {
                throw wraps ? (RuntimeException) cause : e;
            }
            return false;
        }
    }

    /** A prediction, and a step of training where the model is compiled. */
    private static void step(Model m, Choices random) {
        List<Tensor> x = new ArrayList<>();
        for (var in : m.inputs()) {
            Shape s = known(in.shape());
            if (s.size() > MOST_ELEMENTS) {
                return;
            }
            x.add(numbers(s, in.dtype(), random));
        }
        List<Tensor> y = m.call(x);
        if (m.compilation().isPresent()) {
            m.trainOnBatch(new Batch(x, y));
        }
    }

    private static Shape known(Shape s) {
        Shape known = s;
        for (int i = 0; i < s.rank(); i++) {
            known = known.dim(i) == Shape.NONE ? known.withDim(i, i == 0 ? 2 : 5) : known;
        }
        return known;
    }

    private static Tensor numbers(Shape s, dev.thaw.tensor.DType dtype, Choices random) {
        Tensor t = Tensor.zeros(s, dtype);
        int from = random.nextInt(100);
        for (int i = 0; i < t.size(); i++) {
            switch (dtype) {
                case FLOAT32 -> t.floats()[i] = (float) Math.sin(from + i);
                case INT32 -> t.ints()[i] = (from + i) % 5;
                case INT64 -> t.longs()[i] = (from + i) % 5;
            }
        }
        return t;
    }

    private String text(Choices random) {
        String text = model(random, 2);
        if (random.nextInt(3) == 2) {
            String compiled =
                    "\"compile_config\": {\"optimizer\": %s, \"loss\": %s, \"metrics\": [%s]}"
                            .formatted(
                                    damaged(random.of(optimizers), random),
                                    damaged(random.of(losses), random),
                                    damaged(random.of(metrics), random));
            text = "{%s, %s}".formatted(compiled, text.substring(1, text.length() - 1));
        }
        return random.nextInt(6) == 5 ? DamagedText.once(spaced(text), random) : text;
    }

    private static String damaged(String text, Choices random) {
        String t = text;
        while (random.nextInt(2) == 1) {
            t = DamagedText.once(spaced(t), random);
        }
        return t;
    }

    /** As Python writes it, which the damage knows. */
    private static String spaced(String json) {
        return json.replaceAll("(?<=[\"\\]}\\w]),(?=[\"\\[{])", ", ")
                .replaceAll("\":(?=\\S)", "\": ");
    }

    private String model(Choices random, int nesting) {
        String shape = random.nextInt(12) == 11 ? random.of(SHAPES) : null;
        String first = random.of(layers);
        if (shape == null) {
            shape = fitting(first, random);
        }
        String dtype = first.contains("Embedding") ? "int32" : "float32";
        String input =
                "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [%s], \"dtype\": \"%s\"}, \"name\": \"in\", \"inbound_nodes\": []}"
                        .formatted(shape, dtype);
        List<String> row = new ArrayList<>();
        row.add(damaged(first, random));
        while (random.nextInt(3) == 2) {
            row.add(damaged(random.of(layers), random));
        }
        if (nesting > 0 && random.nextInt(6) == 5) {
            String inner = model(random, nesting - 1);
            row.set(random.nextInt(row.size()), inner.substring(1, inner.length() - 1));
        }
        return random.nextInt(3) == 2 ? graph(input, row, random) : sequential(input, row);
    }

    private static String fitting(String layer, Choices random) {
        boolean images =
                layer.contains("2D\"")
                        || layer.contains("\"Random")
                        || layer.contains("Resizing")
                        || layer.contains("CenterCrop");
        if (images) {
            return random.nextInt(4) == 3 ? "null,null,null,2" : "null,6,6,2";
        }
        return layer.contains("1D\"") || layer.contains("TimeDistributed")
                ? "null,6,2"
                : layer.contains("3D\"") ? "null,4,4,4,2" : random.of(SHAPES.subList(0, 4));
    }

    private static String sequential(String input, List<String> row) {
        List<String> all = new ArrayList<>(List.of(input));
        for (int i = 0; i < row.size(); i++) {
            all.add("{%s}".formatted(named(row.get(i), i)));
        }
        return "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": [%s]}}"
                .formatted(String.join(", ", all));
    }

    /** Automatic names may be alike. */
    private static String named(String layer, int i) {
        return layer.replaceFirst("(\"config\": ?\\{\"name\": ?)\"[^\"]*\"", "$1\"l" + i + "\"");
    }

    private static String graph(String input, List<String> row, Choices random) {
        List<String> all = new ArrayList<>(List.of(input));
        String last = "in";
        for (int i = 0; i < row.size(); i++) {
            List<String> calls = new ArrayList<>();
            for (int n = 1 + random.nextInt(20) / 18; n > 0; n--) {
                boolean two = row.get(i).contains("\"axes\"") || random.nextInt(4) == 3;
                String t = tensor(random.nextInt(9) == 8 ? "in" : last);
                calls.add(
                        "{\"args\": [%s], \"kwargs\": {}}"
                                .formatted(two ? "[%s, %s]".formatted(t, t) : t));
            }
            all.add(
                    "{%s, \"name\": \"l%d\", \"inbound_nodes\": [%s]}"
                            .formatted(named(row.get(i), i), i, String.join(", ", calls)));
            last = "l" + i;
        }
        return "{\"class_name\": \"Functional\", \"config\": {\"name\": \"f\", \"layers\": [%s], \"input_layers\": [[\"in\", 0, 0]], \"output_layers\": [[\"%s\", 0, 0]]}}"
                .formatted(String.join(", ", all), last);
    }

    private static String tensor(String layer) {
        return "{\"class_name\": \"__keras_tensor__\", \"config\": {\"shape\": [], \"dtype\": \"float32\", \"keras_history\": [\"%s\", 0, 0]}}"
                .formatted(layer);
    }
}
