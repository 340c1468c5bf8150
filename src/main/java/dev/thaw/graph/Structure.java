package dev.thaw.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How the tensors on one side of a network are handed over in Keras: alone, as a list, or as a
 * dictionary, and these within one another. A network takes them as a list, in Keras's order of
 * flattening: dictionaries in ascending order of their keys. The structure tells whether data must
 * have names, and a file gets it again.
 *
 * @param form which of the three
 * @param keys a dictionary's keys in ascending order; else empty
 * @param parts what a list or a dictionary holds, for the latter one per key; else empty
 */
public record Structure(Form form, List<String> keys, List<Structure> parts) {
    private static final Structure ONE = new Structure(Form.SINGLE, List.of(), List.of());

    /** The three ways. */
    public enum Form {
        /** One tensor. */
        SINGLE,
        /** A list of structures. */
        LIST,
        /** Structures by name. */
        DICTIONARY
    }

    /** Keeps its own copies. */
    public Structure {
        keys = List.copyOf(keys);
        parts = List.copyOf(parts);
        boolean fits =
                switch (form) {
                    case SINGLE -> keys.isEmpty() && parts.isEmpty();
                    case LIST -> keys.isEmpty();
                    case DICTIONARY -> keys.size() == parts.size();
                };
        if (!fits) {
            throw new IllegalArgumentException(
                    "a structure of the form %s cannot have the keys %s and %d parts"
                            .formatted(form, keys, parts.size()));
        }
        for (String key : keys) {
            if (key.isEmpty() || key.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "a dictionary's key must be a text without control characters, got '%s'"
                                .formatted(key));
            }
        }
        for (int i = 1; i < keys.size(); i++) {
            if (keys.get(i - 1).compareTo(keys.get(i)) >= 0) {
                throw new IllegalArgumentException(
                        "a dictionary's keys must be in ascending order, each once, got " + keys);
            }
        }
    }

    /** One tensor stands alone, several make a list. */
    public static Structure of(int tensors) {
        return tensors == 1 ? ONE : list(tensors);
    }

    /** A list of so many tensors, even of one. */
    public static Structure list(int tensors) {
        return list(Collections.nCopies(tensors, ONE));
    }

    /** A list of these. */
    public static Structure list(List<Structure> parts) {
        return new Structure(Form.LIST, List.of(), parts);
    }

    /** Tensors by these names, in ascending order. */
    public static Structure dictionary(List<String> keys) {
        return dictionary(keys, Collections.nCopies(keys.size(), ONE));
    }

    /** These by as many names, in ascending order. */
    public static Structure dictionary(List<String> keys, List<Structure> parts) {
        return new Structure(Form.DICTIONARY, keys, parts);
    }

    /** How many tensors there are in all. */
    public int tensors() {
        return form == Form.SINGLE ? 1 : parts.stream().mapToInt(Structure::tensors).sum();
    }

    /**
     * Whether a dictionary is in it, so that names tell tensors apart, and their order does not.
     */
    public boolean isNamed() {
        return form == Form.DICTIONARY || parts.stream().anyMatch(Structure::isNamed);
    }

    /**
     * Where each tensor is, in Keras's order: its key in a dictionary, its number in a list, joined
     * by slashes where these nest, such as {@code images/left} or {@code images/0}.
     */
    public List<String> paths() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            String own = form == Form.DICTIONARY ? keys.get(i) : String.valueOf(i);
            Structure part = parts.get(i);
            if (part.form == Form.SINGLE) {
                all.add(own);
            } else {
                part.paths().forEach(path -> all.add(own + "/" + path));
            }
        }
        return all;
    }
}
