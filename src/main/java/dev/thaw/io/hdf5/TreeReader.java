package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Walks the whole file once, so that what it hands out is a tree: no cycles, no endless depth. */
final class TreeReader {
    private static final int MAX_DEPTH = 200;

    /** A link's record has the hash of its name first. */
    private static final DenseStorage DENSE_LINKS =
            new DenseStorage(
                    5,
                    11,
                    8,
                    record -> {
                        record.skip(4);
                        return record;
                    });

    /** What all values may take, however well packed; random weights hardly shrink at all. */
    private static final long MEMORY_SLACK = 256L << 20;

    private static final int MEMORY_PER_BYTE = 16;

    private static final int MAX_PATH = 4096;

    private final Superblock superblock;
    private final Metadata m;
    private final GlobalHeap heap;
    private final Set<Long> seen = new HashSet<>();
    private long storedBytes;
    private long memory;

    TreeReader(Superblock superblock) {
        this.superblock = superblock;
        this.m = superblock.metadata();
        this.heap = new GlobalHeap(m);
    }

    Hdf5Group root() {
        if (node(superblock.rootAddress(), "/", 0) instanceof Hdf5Group g) {
            return g;
        }
        throw m.damaged("/", "the root must be a group, it is a dataset");
    }

    private Hdf5Node node(long address, String path, int depth) {
        if (depth > MAX_DEPTH || path.length() > MAX_PATH) {
            throw m.damaged(
                    Metadata.plain(path),
                    "groups nest at most 200 deep and paths have at most 4096 characters");
        }
        if (!seen.add(address)) {
            throw m.unsupported(path, "one object has two names; groups must form a tree");
        }
        m.charge(path.length(), path);
        ObjectHeader h = ObjectHeader.read(m, address, path);
        Hdf5Attributes attributes = AttributeReader.read(m, heap, h);
        if (isGroup(h)) {
            return new Hdf5Group(m.file(), path, attributes, children(h, path, depth));
        }
        Hdf5Dataset d = DatasetReader.dataset(m, h, attributes);
        storedBytes += d.storedBytes();
        memory += d.memory();
        if (memory > MEMORY_SLACK + MEMORY_PER_BYTE * m.length() || memory < 0) {
            throw m.unsupported(
                    path,
                    "the datasets so far may unpack to 256 MiB and 16 bytes for each of the file's %s, they need %s"
                            .formatted(m.length(), memory));
        }
        if (storedBytes > m.length()) {
            throw m.damaged(
                    path,
                    "the datasets so far must fit into the file's %s bytes, they claim %s"
                            .formatted(m.length(), storedBytes));
        }
        return d;
    }

    private static boolean isGroup(ObjectHeader h) {
        return h.has(ObjectHeader.SYMBOL_TABLE)
                || h.has(ObjectHeader.LINK_INFO)
                || h.has(ObjectHeader.LINK);
    }

    private SortedMap<String, Hdf5Node> children(ObjectHeader h, String path, int depth) {
        SortedMap<String, Hdf5Node> nodes = new TreeMap<>(NameOrder.INSTANCE);
        for (Link link : links(h)) {
            String child = Hdf5Node.child(path, link.name());
            if (nodes.put(link.name(), node(link.address(), child, depth + 1)) != null) {
                throw m.damaged(child, "a name must be unique in its group");
            }
        }
        return nodes;
    }

    private List<Link> links(ObjectHeader h) {
        List<Link> links = new ArrayList<>();
        h.find(ObjectHeader.SYMBOL_TABLE)
                .ifPresent(c -> links.addAll(SymbolTable.links(m, c, h.place())));
        h.all(ObjectHeader.LINK).forEach(c -> links.add(Link.message(c)));
        h.find(ObjectHeader.LINK_INFO).stream()
                .flatMap(c -> DENSE_LINKS.messages(m, c, h.place()).stream())
                .forEach(c -> links.add(Link.message(c)));
        return links;
    }
}
