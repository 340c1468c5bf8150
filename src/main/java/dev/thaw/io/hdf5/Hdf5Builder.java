package dev.thaw.io.hdf5;

import dev.thaw.file.Body;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An HDF5 file under construction: groups, contiguous little-endian datasets, attributes of text.
 * What is built is written front to back, any number of times, and the same contents give the same
 * bytes: there is no clock in them.
 *
 * <p>The file has superblock 2, version-2 object headers and compact groups, which every library
 * since HDF5 1.8 (2008) reads. Texts are UTF-8 of variable length, as h5py writes them, so they may
 * have any size.
 */
public final class Hdf5Builder implements Body {
    private final GroupNode root = new GroupNode();

    /** What will be a group or a dataset. */
    sealed interface Node permits GroupNode, DatasetNode {
        Map<String, List<String>> lists();

        Map<String, String> texts();
    }

    /** A group: its children in the order in which they came. */
    record GroupNode(
            Map<String, Node> children, Map<String, List<String>> lists, Map<String, String> texts)
            implements Node {
        GroupNode() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        }
    }

    /** A dataset. */
    record DatasetNode(Tensor value, Map<String, List<String>> lists, Map<String, String> texts)
            implements Node {
        DatasetNode(Tensor value) {
            this(value, new LinkedHashMap<>(), new LinkedHashMap<>());
        }
    }

    /** An empty file. */
    public Hdf5Builder() {}

    /**
     * A group, with those above it; nothing happens if it is there.
     *
     * @throws IllegalArgumentException if a dataset has the name
     */
    public Hdf5Builder group(String path) {
        at(path);
        return this;
    }

    /**
     * A dataset of any shape, scalars included, with the groups above it. The tensor is not copied;
     * it must not change until the file is written.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Hdf5Builder dataset(String path, Tensor value) {
        int slash = path.lastIndexOf('/');
        GroupNode parent = slash < 0 ? root : at(path.substring(0, slash));
        String name = path.substring(slash + 1);
        if (name.isEmpty() || name.equals(".")) {
            throw new IllegalArgumentException(
                    "hdf5: a dataset needs a name after its last slash, got \"%s\""
                            .formatted(path));
        }
        if (parent.children.putIfAbsent(name, new DatasetNode(value)) != null) {
            throw new IllegalArgumentException(
                    "hdf5: %s is there already; names are unique in their group".formatted(path));
        }
        return this;
    }

    /**
     * An attribute that is one text, on the group or dataset at a path ("" is the root).
     *
     * @throws IllegalArgumentException if nothing has been put at the path
     */
    public Hdf5Builder attribute(String path, String name, String text) {
        node(path).texts().put(name, text);
        return this;
    }

    /**
     * An attribute that is a list of texts, on the group or dataset at a path ("" is the root). As
     * in Keras, an empty one is stored as numbers of shape (0), and one too long for a header in
     * pieces {@code name0}, {@code name1}, ...
     *
     * @throws IllegalArgumentException if nothing has been put at the path
     */
    public Hdf5Builder attribute(String path, String name, List<String> texts) {
        node(path).lists().put(name, List.copyOf(texts));
        return this;
    }

    private GroupNode at(String path) {
        GroupNode g = root;
        for (String name : path.split("/")) {
            if (name.isEmpty()) {
                continue;
            }
            Node child = g.children.computeIfAbsent(name, n -> new GroupNode());
            if (!(child instanceof GroupNode next)) {
                throw new IllegalArgumentException(
                        "hdf5: \"%s\" in %s must be a group, it is a dataset"
                                .formatted(name, path));
            }
            g = next;
        }
        return g;
    }

    private Node node(String path) {
        Node n = root;
        for (String name : path.split("/")) {
            if (!name.isEmpty()) {
                n = n instanceof GroupNode g ? g.children.get(name) : null;
            }
        }
        if (n == null) {
            throw new IllegalArgumentException(
                    "hdf5: put a group or dataset at \"%s\" before its attributes".formatted(path));
        }
        return n;
    }

    /**
     * Writes the whole file.
     *
     * @throws IOException from the stream
     */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        new FileLayout(root).writeTo(out);
    }

    /** The number of bytes that {@link #writeTo} writes. */
    public long size() {
        return new FileLayout(root).size();
    }
}
