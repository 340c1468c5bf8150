package dev.thaw.applications;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The names of the classes that a network tells apart. Those of ImageNet stand in a file that Keras
 * calls {@code imagenet_class_index.json} and keeps under {@code ~/.keras/models} once it has
 * decoded predictions.
 */
public final class ClassIndex {
    private record Name(String id, String description) {}

    private final List<Name> names;

    private ClassIndex(List<Name> names) {
        this.names = List.copyOf(names);
    }

    /**
     * Reads {@code {"0": ["n01440764", "tench"], "1": [..], ..}}: every number from 0 on, each with
     * an id and a description.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it holds anything else
     */
    public static ClassIndex read(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: must be a class index in JSON, but: %s"
                            .formatted(file, e.getOriginalMessage()),
                    e);
        }
        if (!root.isObject() || root.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: must hold an object such as {\"0\": [\"n01440764\", \"tench\"]}, got %s"
                            .formatted(file, root.getNodeType()));
        }
        List<Name> names = new ArrayList<>();
        for (int i = 0; i < root.size(); i++) {
            names.add(name(file, i, root.get(String.valueOf(i))));
        }
        return new ClassIndex(names);
    }

    private static Name name(Path file, int number, JsonNode pair) {
        if (pair == null
                || pair.size() != 2
                || !pair.path(0).isTextual()
                || !pair.path(1).isTextual()) {
            throw new IllegalArgumentException(
                    "%s: class %s must be a pair of strings such as [\"n01440764\", \"tench\"], got %s"
                            .formatted(file, number, pair));
        }
        return new Name(pair.get(0).textValue(), pair.get(1).textValue());
    }

    /** How many classes there are. */
    public int size() {
        return names.size();
    }

    /** Class {@code number}, from 0, with the score that a model gave it. */
    Prediction prediction(int number, float score) {
        Name name = names.get(number);
        return new Prediction(name.id, name.description, score);
    }
}
