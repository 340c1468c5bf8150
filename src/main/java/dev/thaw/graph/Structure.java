package dev.thaw.graph;

import java.util.List;

/**
 * How the tensors on one side of a network are handed over in Keras: alone, as a list, or as a
 * dictionary. A network takes them as a list, in Keras's order of flattening. The structure tells
 * whether data must have names, and a file gets it again.
 *
 * @param form which of the three
 * @param keys the dictionary's keys in ascending order, one per tensor; else empty
 */
public record Structure(Form form, List<String> keys) {
    /** The three ways. */
    public enum Form {
        /** One tensor. */
        SINGLE,
        /** A list of tensors. */
        LIST,
        /** Tensors by name. */
        DICTIONARY
    }

    /** Keeps its own copy of the keys. */
    public Structure {
        keys = List.copyOf(keys);
        for (String key : keys) {
            if (key.isEmpty() || key.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "a dictionary's key must be a text without control characters, got '%s'"
                                .formatted(key));
            }
        }
    }

    /** One tensor stands alone, several make a list. */
    public static Structure of(int tensors) {
        return new Structure(tensors == 1 ? Form.SINGLE : Form.LIST, List.of());
    }

    /** A list, even of one tensor. */
    public static Structure list() {
        return new Structure(Form.LIST, List.of());
    }

    /** Tensors by these names, in ascending order. */
    public static Structure dictionary(List<String> keys) {
        return new Structure(Form.DICTIONARY, keys);
    }
}
