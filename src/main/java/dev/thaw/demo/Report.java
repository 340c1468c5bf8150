package dev.thaw.demo;

import dev.thaw.model.History;

import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects what the demonstration found, and writes it as Markdown with learning curves as PNG. */
final class Report {
    private final Path folder;
    private final StringBuilder text =
            new StringBuilder("# Freeze, train a head, thaw, fine-tune\n");
    private final List<String[]> results = new ArrayList<>();

    Report(Path folder) {
        this.folder = folder;
    }

    void section(String title) {
        text.append("\n## ").append(title).append("\n\n");
        System.out.printf("%n== %s%n", title);
    }

    void say(String line) {
        text.append(line).append("\n\n");
        System.out.println(line);
    }

    void block(String content) {
        text.append("```\n").append(content.stripTrailing()).append("\n```\n\n");
        System.out.println(content.stripTrailing());
    }

    void result(String phase, double accuracy) {
        results.add(new String[] {phase, String.format(Locale.ROOT, "%.2f%%", 100 * accuracy)});
        say(
                String.format(
                        Locale.ROOT,
                        "%s: accuracy on its test digits %.2f%%",
                        phase,
                        100 * accuracy));
    }

    /** A file of this name among the results. */
    Path file(String name) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder, e);
        }
        return folder.resolve(name);
    }

    void curves(String name, History history) {
        try {
            Files.createDirectories(folder);
            XYChart chart =
                    new XYChartBuilder()
                            .width(720)
                            .height(420)
                            .title(name)
                            .xAxisTitle("epoch")
                            .yAxisTitle("accuracy")
                            .build();
            int n = history.epochs().size();
            double[] epochs = new double[n];
            java.util.Arrays.setAll(epochs, i -> i + 1);
            for (String curve : List.of("accuracy", "val_accuracy")) {
                double[] values =
                        history.get(curve).stream().mapToDouble(Double::doubleValue).toArray();
                chart.addSeries(curve.startsWith("val_") ? "test" : "training", epochs, values);
            }
            Path file = folder.resolve(name + ".png");
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
            text.append("![").append(name).append("](").append(file.getFileName()).append(")\n\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the learning curves to " + folder, e);
        }
    }

    void finish(double seconds) {
        section("Results");
        StringBuilder table =
                new StringBuilder("| phase | accuracy on its test digits |\n| --- | --- |\n");
        results.forEach(
                r -> table.append("| ").append(r[0]).append(" | ").append(r[1]).append(" |\n"));
        text.append(table).append('\n');
        results.forEach(r -> System.out.printf("  %-60s %s%n", r[0], r[1]));
        say(String.format(Locale.ROOT, "All of it took %.0f s.", seconds));
        Path file = folder.resolve("report.md");
        try {
            Files.createDirectories(folder);
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        System.out.println("The report is in " + file);
    }
}
