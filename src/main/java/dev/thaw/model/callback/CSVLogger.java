package dev.thaw.model.callback;

import dev.thaw.model.Model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a line per epoch to a file of separated values: the epoch, then the logs by name. */
public final class CSVLogger implements Callback {
    private static final String MISSING = "NA";

    private final Path file;
    private String separator = ",";
    private boolean append;
    private List<String> keys;

    /** Writes to this file, anew in each training. */
    public CSVLogger(Path file) {
        this.file = file;
    }

    /** What stands between values; default a comma. */
    public CSVLogger separator(String value) {
        separator = value;
        return this;
    }

    /** Whether lines are added to what the file has; default false. */
    public CSVLogger append(boolean value) {
        append = value;
        return this;
    }

    @Override
    public void onTrainBegin(Model model) {
        keys = null;
        try {
            if (!append || Files.notExists(file)) {
                Files.writeString(file, "", StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        try {
            if (keys == null) {
                keys = columns(logs);
                if (Files.size(file) == 0) {
                    line("epoch", keys);
                }
            }
            line(
                    Integer.toString(epoch),
                    keys.stream()
                            .map(k -> logs.containsKey(k) ? logs.get(k).toString() : MISSING)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    /** As Keras: in order, and where nothing is validated with empty columns for it. */
    private static List<String> columns(Map<String, Double> logs) {
        List<String> columns = new ArrayList<>(logs.keySet().stream().sorted().toList());
        if (columns.stream().noneMatch(k -> k.startsWith("val_"))) {
            columns.addAll(columns.stream().map(k -> "val_" + k).toList());
        }
        return columns;
    }

    private void line(String first, List<String> rest) throws IOException {
        List<String> cells = new ArrayList<>(List.of(first));
        cells.addAll(rest);
        Files.writeString(
                file,
                String.join(separator, cells) + System.lineSeparator(),
                StandardCharsets.UTF_8,
                StandardOpenOption.APPEND);
    }
}
