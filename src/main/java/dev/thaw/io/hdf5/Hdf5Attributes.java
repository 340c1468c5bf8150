package dev.thaw.io.hdf5;

import dev.thaw.file.FileFormatException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The attributes of a group or dataset, decoded when they are asked for. */
public final class Hdf5Attributes {
    private final String file;
    private final String place;
    private final Map<String, Attribute> byName;

    Hdf5Attributes(String file, String place, Map<String, Attribute> byName) {
        this.file = file;
        this.place = place;
        this.byName = byName;
    }

    /** The names as stored, split lists under their pieces' names. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /** True where an attribute of this name, or a list split under it, is there. */
    public boolean has(String name) {
        return byName.containsKey(name) || byName.containsKey(name + 0);
    }

    /**
     * A text, of fixed or variable length.
     *
     * @throws FileFormatException if it is missing, or is not one text
     */
    public String string(String name) {
        List<String> all = get(name).texts();
        if (all.size() != 1) {
            throw new FileFormatException(
                    file,
                    place,
                    "the attribute \"%s\" must be one text, it has %s".formatted(name, all.size()),
                    FileFormatException.UNSUPPORTED);
        }
        return all.get(0);
    }

    /**
     * A list of texts; one that Keras split into {@code name0}, {@code name1}, ... is joined. An
     * empty list may be stored as numbers of shape (0), as Keras does.
     *
     * @throws FileFormatException if it is missing, or has elements that are not text
     */
    public List<String> strings(String name) {
        if (byName.containsKey(name) || !byName.containsKey(name + 0)) {
            return get(name).texts();
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; byName.containsKey(name + i); i++) {
            all.addAll(get(name + i).texts());
        }
        return all;
    }

    /**
     * A number.
     *
     * @throws FileFormatException if it is missing, or is not one number
     */
    public double number(String name) {
        return get(name).number();
    }

    private Attribute get(String name) {
        Attribute a = byName.get(name);
        if (a == null) {
            throw new FileFormatException(
                    file,
                    place,
                    "must have the attribute \"%s\", it has %s"
                            .formatted(name, Metadata.plain(byName.keySet().toString())),
                    "give a file that Keras saved");
        }
        return a;
    }
}
