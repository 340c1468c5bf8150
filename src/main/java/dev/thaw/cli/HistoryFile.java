package dev.thaw.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.file.AtomicFile;
import dev.thaw.model.History;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A history as JSON in the form of Keras's {@code History.history}: a list per quantity. */
final class HistoryFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HistoryFile() {}

    static void write(Path file, History history) {
        Map<String, List<Double>> curves = new LinkedHashMap<>();
        for (Map<String, Double> epoch : history.epochs()) {
            epoch.forEach((k, v) -> curves.computeIfAbsent(k, n -> new ArrayList<>()).add(v));
        }
        byte[] text = (json(curves) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> out.write(text));
    }

    /** Any numbers, lists and maps as one line. */
    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value + " as JSON", e);
        }
    }
}
