package dev.thaw.gpucheck;

import dev.thaw.gpucheck.Figures.Figure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes {@code report.md} from what the parts of the GPU check left in a folder: {@code
 * status/*.tsv} (a file for each part: when it began, name, exit status, seconds, what happened),
 * {@code machine.txt}, {@code ops-*.tsv}, {@code steps-*.tsv}, the same of PyTorch, and what a
 * profiler saw. Argument: the folder.
 */
public final class Report {
    private static final double GOAL = 0.9;
    private static final String REPLAY = " replay";
    private static final String[] PRECISIONS = {"fp32", "tf32"};
    private static final String[] GOAL_OPS = {
        "BatchNormTrain", "BatchNormTrainGrad", "Dropout", "Adam", "SGD momentum"
    };
    private static final String[] GOAL_SHAPES = {"64x56x56x256", "128x56x56x256"};

    private final Path folder;
    private final StringBuilder text = new StringBuilder();
    private double copy = Double.NaN;

    private Report(Path folder) {
        this.folder = folder;
    }

    /** Writes the report into the folder and prints its path. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Report r = new Report(folder);
        r.write();
        Path file = folder.resolve("report.md");
        Files.writeString(file, r.text);
        System.out.println(file);
    }

    private void write() throws IOException {
        Figure device = figures("ops-fp32", "ops-goals").get("Copy", "device");
        if (device != null) {
            copy = device.gigabytesPerSecond();
        }
        say("# GPU check%n");
        boolean rehearsal = isRehearsal();
        if (rehearsal) {
            say(
                    "**A rehearsal of the script on a CPU: no figure below says anything about speed.**%n");
        }
        machine();
        parts();
        if (!rehearsal) {
            goals();
        }
        for (String precision : PRECISIONS) {
            ops(precision);
        }
        steps(
                "fp32, both without TF32",
                figures("steps-fp32", "steps-mobilenet"),
                figures("torch-steps-fp32"));
        steps("both with TF32", figures("steps-tf32"), figures("torch-steps-tf32"));
        steps(
                "as they come: PyTorch lets convolutions round to TF32, Thaw does not",
                figures("steps-fp32", "steps-mobilenet"),
                figures("torch-steps-default"));
        choices("ops-cudnn", "Ops by cuDNN, and convolutions measured");
        choices("ops-persistent", "Batch normalization in cuDNN's persistent mode");
        choices("steps-own", "Training steps with our own batch normalization, without trials");
        choices(
                "steps-find",
                "Training steps with our own batch normalization, convolutions measured");
        choices("steps-eager", "Training steps op by op, without graphs");
        profile();
    }

    /** What these parts measured; where several did, what the first did. */
    private Figures figures(String... parts) {
        Figures all = new Figures();
        for (String part : parts) {
            all.addMissing(Figures.read(folder.resolve(part + ".tsv")));
        }
        return all;
    }

    private void profile() throws IOException {
        Path file = folder.resolve("profile.txt");
        if (Files.exists(file)) {
            say("## One MobileNetV2 step, batch 32, op by op: its kernels%n");
            say("%s", Files.readString(file));
        }
        Figures kernels = figures("kernels");
        if (!kernels.isEmpty()) {
            say("## Our own kernels, launched without Java%n");
            say("| kernel | shape | us | | of copy |%n| --- | --- | ---: | ---: | ---: |");
            Figure yardstick = kernels.get("Copy", "device");
            for (String key : kernels.keys()) {
                Figure f = kernels.get(key);
                double of = yardstick == null ? Double.NaN : yardstick.gigabytesPerSecond();
                say(
                        "| %s | %s | %s | %s |",
                        key.replace("\t", " | "),
                        micros(f),
                        rate(f),
                        percent(f.gigabytesPerSecond() / of));
            }
            say("");
        }
    }

    /** What a setting makes of it, beside the default. */
    private void choices(String chosen, String title) {
        Figures by = figures(chosen);
        Figures own = figures("ops-fp32", "ops-goals", "steps-fp32", "steps-mobilenet");
        if (by.isEmpty()) {
            return;
        }
        say("## %s%n", title);
        say("| what | on | by default, us | with the setting, us | the setting is faster by |");
        say("| --- | --- | ---: | ---: | ---: |");
        for (String key : by.keys()) {
            String[] names = key.split("\t");
            say(
                    "| %s | %s | %s | %s | %s |",
                    names[0],
                    names[1],
                    micros(own.get(key)),
                    micros(by.get(key)),
                    times(ratio(by.get(key), own.get(key))));
        }
        say("");
    }

    private void say(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Whether the check ran without a GPU, on small shapes, only to see that it runs. */
    private boolean isRehearsal() throws IOException {
        Path log = folder.resolve("logs/devices.log");
        return Files.exists(log) && Files.readString(log).matches("(?s)(cpu|.*Thaw simulator).*");
    }

    private void machine() throws IOException {
        Path file = folder.resolve("machine.txt");
        if (Files.exists(file)) {
            say("```%n%s%n```%n", Files.readString(file).strip());
        }
    }

    private void parts() throws IOException {
        Path all = folder.resolve("status");
        if (!Files.isDirectory(all)) {
            return;
        }
        List<String[]> parts = new ArrayList<>();
        try (Stream<Path> files = Files.list(all)) {
            for (Path file : files.toList()) {
                parts.add(Files.readString(file).strip().split("\t", 5));
            }
        }
        parts.sort(Comparator.comparing(p -> p[0]));
        say("## Parts%n");
        say("| part | outcome | seconds | |%n| --- | --- | --- | --- |");
        for (String[] p : parts) {
            String outcome =
                    switch (p[2]) {
                        case "0" -> "passed";
                        case "124", "137" -> "**out of time**";
                        case "skipped" -> "**skipped**";
                        default -> "**failed** (" + p[2] + ")";
                    };
            say("| %s | %s | %s | %s |", p[1], outcome, p[3], p.length > 4 ? p[4] : "");
        }
        say("");
    }

    private void goals() {
        Figures ops = figures("ops-fp32", "ops-goals");
        say("## Goals%n");
        say("| goal | measured | reached |%n| --- | --- | --- |");
        for (String shape : GOAL_SHAPES) {
            for (String op : GOAL_OPS) {
                Figure f = ops.get(op, shape);
                if (f == null && !shape.equals(GOAL_SHAPES[0])) {
                    continue;
                }
                double share = f == null ? Double.NaN : f.gigabytesPerSecond() / copy;
                say(
                        "| %s [%s]: 90%% of the copy bandwidth | %s | %s |",
                        op, shape, percent(share), reached(share, GOAL));
            }
        }
        for (String precision : PRECISIONS) {
            Figures thaw =
                    precision.equals("fp32")
                            ? figures("steps-fp32", "steps-mobilenet")
                            : figures("steps-" + precision);
            Figures torch = figures("torch-steps-" + precision);
            for (String key : thaw.keys()) {
                if (key.startsWith("step MobileNetV2") && !key.endsWith(REPLAY)) {
                    double ratio = ratio(thaw.get(key), torch.get(key));
                    say(
                            "| MobileNetV2 step, %s, %s: at least as fast as PyTorch | %s | %s |",
                            key.split("\t")[1],
                            precision,
                            Double.isNaN(ratio) ? "" : times(ratio),
                            reached(ratio, 1));
                }
            }
        }
        say("");
    }

    private static String reached(double value, double goal) {
        return Double.isNaN(value) ? "not measured" : value >= goal ? "yes" : "**no**";
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    private static String times(double ratio) {
        return Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** How many times as fast Thaw is. */
    private static double ratio(Figure thaw, Figure torch) {
        return thaw == null || torch == null ? Double.NaN : torch.micros() / thaw.micros();
    }

    private void ops(String precision) {
        Figures thaw =
                precision.equals("fp32")
                        ? figures("ops-fp32", "ops-goals")
                        : figures("ops-" + precision);
        Figures torch = figures("torch-ops-" + precision);
        List<String> keys = new ArrayList<>(union(thaw, torch));
        if (keys.isEmpty()) {
            return;
        }
        say("## Ops, %s%n", precision);
        say(
                "The device's copy moves %.0f GB/s (read and written). An op's GB/s counts what it"
                        + " must move at the least.%n",
                copy);
        say("| op | shape | Thaw, us | | of copy | PyTorch, us | | Thaw is faster by |");
        say("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (String key : keys) {
            String[] names = key.split("\t");
            Figure a = thaw.get(key);
            Figure b = torch.get(key);
            if (a != null && b != null) {
                b = new Figure(b.micros(), a.bytes(), a.flops());
            }
            double share = a == null || a.bytes() == 0 ? Double.NaN : a.gigabytesPerSecond() / copy;
            say(
                    "| %s | %s | %s | %s | %s | %s | %s | %s |",
                    names[0],
                    names[1],
                    micros(a),
                    rate(a),
                    percent(share),
                    micros(b),
                    rate(b),
                    times(ratio(a, b)));
        }
        say("");
    }

    private static Set<String> union(Figures a, Figures b) {
        Set<String> keys = new LinkedHashSet<>(a.keys());
        keys.addAll(b.keys());
        return Collections.unmodifiableSet(keys);
    }

    private static String micros(Figure f) {
        if (f == null) {
            return "";
        }
        return Double.isNaN(f.micros()) ? "failed" : String.format(Locale.ROOT, "%.1f", f.micros());
    }

    private static String rate(Figure f) {
        if (f == null || Double.isNaN(f.micros()) || f.bytes() + f.flops() == 0) {
            return "";
        }
        String arithmetic = String.format(Locale.ROOT, "%.2f TFLOP/s", f.teraflops());
        if (f.bytes() == 0) {
            return arithmetic;
        }
        String traffic = String.format(Locale.ROOT, "%.0f GB/s", f.gigabytesPerSecond());
        return f.flops() == 0 ? traffic : traffic + ", " + arithmetic;
    }

    private void steps(String title, Figures thaw, Figures torch) {
        if (thaw.isEmpty() && torch.isEmpty()) {
            return;
        }
        say("## Training steps, images/s: %s%n", title);
        say(
                "Both copy each batch from the host, but in the columns that say otherwise. PyTorch is"
                        + " eager, channels_last, with the faster of its optimizers.%n");
        say(
                "| network | batch | Thaw | PyTorch | Thaw / PyTorch | Thaw, batch on the device |"
                        + " PyTorch, batch on the device | Thaw / PyTorch |");
        say("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (String key : union(thaw, torch)) {
            if (key.endsWith(" resident") || key.endsWith(REPLAY)) {
                continue;
            }
            String[] names = key.split("\t");
            double batch = Double.parseDouble(names[1].split(" ")[1]);
            Figure replay = thaw.get(key + REPLAY);
            Figure resident = torch.get(key + " resident");
            say(
                    "| %s | %s | %s | %s | %s | %s | %s | %s |",
                    names[0].substring("step ".length()),
                    names[1].substring("batch ".length()),
                    images(batch, thaw.get(key)),
                    images(batch, torch.get(key)),
                    times(ratio(thaw.get(key), torch.get(key))),
                    images(batch, replay),
                    images(batch, resident),
                    times(ratio(replay, resident)));
        }
        say("");
    }

    private static String images(double batch, Figure f) {
        if (f == null) {
            return "";
        }
        return Double.isNaN(f.micros())
                ? "failed"
                : String.format(Locale.ROOT, "%.0f", batch / f.micros() * 1e6);
    }
}
