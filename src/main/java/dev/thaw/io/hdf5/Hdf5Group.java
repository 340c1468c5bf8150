package dev.thaw.io.hdf5;

import dev.thaw.file.FileFormatException;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A group: named groups and datasets. Names that are numbers come first and in the order of their
 * values ("2" before "10"), then the others as text.
 */
public final class Hdf5Group extends Hdf5Node {
    private final String file;
    private final SortedMap<String, Hdf5Node> children;

    Hdf5Group(
            String file,
            String path,
            Hdf5Attributes attributes,
            SortedMap<String, Hdf5Node> nodes) {
        super(path, attributes);
        this.file = file;
        this.children = Collections.unmodifiableSortedMap(nodes);
    }

    /** All groups and datasets directly in this one, by name, in order. */
    public SortedMap<String, Hdf5Node> children() {
        return children;
    }

    /** The groups directly in this one, by name, in order. */
    public SortedMap<String, Hdf5Group> groups() {
        return only(Hdf5Group.class);
    }

    /** The datasets directly in this one, by name, in order. */
    public SortedMap<String, Hdf5Dataset> datasets() {
        return only(Hdf5Dataset.class);
    }

    private <T extends Hdf5Node> SortedMap<String, T> only(Class<T> type) {
        SortedMap<String, T> found = new TreeMap<>(NameOrder.INSTANCE);
        for (Map.Entry<String, Hdf5Node> e : children.entrySet()) {
            if (type.isInstance(e.getValue())) {
                found.put(e.getKey(), type.cast(e.getValue()));
            }
        }
        return found;
    }

    /**
     * What stands at a path below this group, {@code layers/dense/vars/0}; a leading slash is
     * ignored.
     */
    public Optional<Hdf5Node> find(String path) {
        Hdf5Node at = this;
        for (String name : path.split("/")) {
            if (name.isEmpty()) {
                continue;
            }
            if (!(at instanceof Hdf5Group g) || !g.children.containsKey(name)) {
                return Optional.empty();
            }
            at = g.children.get(name);
        }
        return Optional.of(at);
    }

    /**
     * The group at a path below this one.
     *
     * @throws FileFormatException if there is none
     */
    public Hdf5Group group(String path) {
        return get(path, Hdf5Group.class, "group");
    }

    /**
     * The dataset at a path below this group.
     *
     * @throws FileFormatException if there is none
     */
    public Hdf5Dataset dataset(String path) {
        return get(path, Hdf5Dataset.class, "dataset");
    }

    private <T> T get(String path, Class<T> type, String kind) {
        return find(path)
                .filter(type::isInstance)
                .map(type::cast)
                .orElseThrow(
                        () ->
                                new FileFormatException(
                                        file,
                                        path(),
                                        "must have a %s \"%s\", it has %s"
                                                .formatted(kind, path, some()),
                                        "give a file that was saved from the same model"));
    }

    private String some() {
        String names = Metadata.plain(String.join(", ", children.keySet()));
        return children.isEmpty() ? "nothing" : names;
    }
}
