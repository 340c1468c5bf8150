package dev.thaw.io;

import dev.thaw.data.Npz;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.ZipBuilder;
import dev.thaw.file.ZipBytes;
import dev.thaw.io.hdf5.Hdf5Builder;
import dev.thaw.io.hdf5.HostileHdf5;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process of its own, with a small heap, that reads files made to bring it down. */
public final class HostileFiles {
    static final String READ = "READ";
    static final String REFUSED = "REFUSED";

    /** Strange, but whole; only their cost is bounded. */
    static final List<String> LAWFUL = List.of("20000 layers", "a model in a model");

    private static final int MIB = 1 << 20;
    private static final int SHOWN = 300;

    private HostileFiles() {}

    /** Argument: a folder. Prints a line for each file: CPU milliseconds, outcome, name. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]).resolve("hostile");
        Map<String, byte[]> hdf5 = HostileHdf5.files();
        for (Map.Entry<String, byte[]> e : hdf5.entrySet()) {
            Files.write(file, e.getValue());
            e.setValue(null);
            report(e.getKey(), file, () -> Sample.hdf5(file));
        }
        Files.write(file, arrays());
        report("four arrays of 60 MB in 97 KB", file, () -> Npz.read(file));
        Map<String, byte[]> archives = archives();
        for (Map.Entry<String, byte[]> e : archives.entrySet()) {
            Files.write(file, e.getValue());
            e.setValue(null);
            report(
                    e.getKey(),
                    file,
                    () -> {
                        try (Model m = KerasFiles.load(file)) {
                            m.summary();
                        }
                    });
        }
    }

    /** 97 KB: four arrays of numbers of one byte each, which take four here. */
    private static byte[] arrays() {
        String header =
                "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }\n".formatted(60 * MIB);
        byte[] head =
                ("\u0093NUMPY\u0001\0" + (char) header.length() + "\0" + header)
                        .getBytes(StandardCharsets.ISO_8859_1);
        ZipBytes b = new ZipBytes();
        for (int i = 0; i < 4; i++) {
            b.claim(b.data(i + ".npy", Arrays.copyOf(head, head.length + 60 * MIB), true));
        }
        return b.end("");
    }

    private static void report(String name, Path file, Runnable read) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long start = clock.getCurrentThreadCpuTime();
        String outcome;
        String message = "";
        try {
            read.run();
            outcome = READ;
        } catch (FileFormatException e) {
            message = e.getMessage();
            outcome = message.startsWith(file.toString()) ? REFUSED : "NAMELESS";
        } catch (Throwable e) {
            outcome = "CRASHED";
            message = e.toString();
        }
        long ms = (clock.getCurrentThreadCpuTime() - start) / 1_000_000;
        String shown = message.substring(0, Math.min(SHOWN, message.length()));
        System.out.printf("%d %s %s: %s%n", ms, outcome, name, shown.replace('\n', ' '));
    }

    private static Map<String, byte[]> archives() throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("a bomb as config.json", bomb(1));
        all.put("10 bombs beside it", bomb(10));
        all.put("4 MB of empty lists", keras("{\"a\":[" + "[],".repeat(1_200_000) + "[]]}"));
        all.put("4 MB of empty objects", keras("{\"a\":[" + "{},".repeat(1_200_000) + "{}]}"));
        all.put("4 MB of brackets", keras("[".repeat(4_000_000)));
        all.put("5 MB of text", keras("{\"a\":\"" + "x".repeat(5 * MIB) + "\"}"));
        all.put(
                "kernels of 10^10 weights",
                keras(sequential(100_000, dense(100_000), dense(100_000))));
        all.put("units beyond int", keras(sequential(3, dense(3_000_000_000L))));
        all.put(
                "100 kernels of 10^8 weights",
                keras(sequential(10_000, repeat(dense(10_000), 100))));
        all.put("20000 layers", keras(sequential(3, repeat(relu(), 20_000))));
        all.put("a model in a model in a ...", keras(nested(90)));
        all.put("a cycle of two layers", keras(cycle()));
        all.put(
                "a Lambda",
                keras(
                        sequential(
                                3,
                                layer(
                                        "Lambda",
                                        "{\"name\":\"l\",\"function\":{\"class_name\":\"__lambda__\",\"config\":{\"code\":\"4wAA\"}}}"))));
        return all;
    }

    private static byte[] bomb(int entries) {
        ZipBytes b = new ZipBytes();
        for (int i = 0; i < entries; i++) {
            String name = i == 0 ? "config.json" : "assets/" + i;
            b.claim(b.data(name, new byte[60 * MIB], true));
        }
        b.claim(b.data("model.weights.h5", new byte[8], false));
        return b.end("");
    }

    private static byte[] keras(String config) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ZipBuilder()
                .entry("config.json", config.getBytes(StandardCharsets.UTF_8))
                .entry("model.weights.h5", new Hdf5Builder().group("layers").group("vars"))
                .writeTo(out);
        return out.toByteArray();
    }

    private static String[] repeat(String layer, int n) {
        String[] all = new String[n];
        for (int i = 0; i < n; i++) {
            all[i] = layer.replace("NAME", "l" + i);
        }
        return all;
    }

    private static String layer(String className, String config) {
        return "{\"module\":\"keras.layers\",\"class_name\":\""
                + className
                + "\",\"config\":"
                + config
                + ",\"registered_name\":null}";
    }

    private static String dense(long units) {
        return layer(
                "Dense", "{\"name\":\"NAME\",\"units\":" + units + ",\"activation\":\"linear\"}");
    }

    private static String relu() {
        return layer("ReLU", "{\"name\":\"NAME\"}");
    }

    private static String sequential(int width, String... layers) {
        StringBuilder b =
                new StringBuilder(
                        "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":[");
        b.append(
                layer(
                        "InputLayer",
                        "{\"name\":\"in\",\"batch_shape\":[null,"
                                + width
                                + "],\"dtype\":\"float32\"}"));
        for (int i = 0; i < layers.length; i++) {
            b.append(',').append(layers[i].replace("NAME", "d" + i));
        }
        return b.append("]}}").toString();
    }

    private static String nested(int depth) {
        String inner = relu();
        for (int i = 0; i < depth; i++) {
            inner =
                    sequential(
                            3, inner.replace("NAME", "n" + i).replace("\"s\"", "\"s" + i + "\""));
        }
        return inner;
    }

    private static String cycle() {
        String call =
                "{\"args\":[{\"class_name\":\"__keras_tensor__\",\"config\":{\"shape\":[null,3],"
                        + "\"dtype\":\"float32\",\"keras_history\":[\"FROM\",0,0]}}],\"kwargs\":{}}";
        String a =
                "{\"module\":\"keras.layers\",\"class_name\":\"ReLU\",\"config\":{\"name\":\"NAME\"},\"name\":\"NAME\",\"inbound_nodes\":["
                        + call
                        + "]}";
        return "{\"module\":\"keras\",\"class_name\":\"Functional\",\"config\":{\"name\":\"f\",\"layers\":["
                + a.replace("NAME", "a").replace("FROM", "b")
                + ","
                + a.replace("NAME", "b").replace("FROM", "a")
                + "],\"input_layers\":[\"a\",0,0],\"output_layers\":[\"b\",0,0]}}";
    }
}
