package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Finds a dataset's type, extents and place, and checks them against each other and the file. */
final class DatasetReader {
    private static final int COMPACT = 0;
    private static final int CONTIGUOUS = 1;
    private static final int CHUNKED = 2;
    private static final int VIRTUAL = 3;

    private final Metadata m;
    private final String place;
    private final Datatype type;
    private final Dataspace space;
    private final ObjectHeader header;

    private DatasetReader(Metadata m, ObjectHeader h) {
        this.m = m;
        this.place = h.place();
        this.header = h;
        this.type = Datatype.read(need(h, ObjectHeader.DATATYPE, "a datatype"));
        this.space = Dataspace.read(need(h, ObjectHeader.DATASPACE, "a dataspace"));
    }

    static Hdf5Dataset dataset(Metadata m, ObjectHeader h, Hdf5Attributes attributes) {
        DatasetReader r = new DatasetReader(m, h);
        if (h.has(ObjectHeader.EXTERNAL_FILES)) {
            throw m.unsupported(h.place(), "values in other files are refused");
        }
        Layout layout = r.layout(r.need(h, ObjectHeader.LAYOUT, "a layout"));
        return new Hdf5Dataset(m, h.place(), attributes, r.type, r.space, layout);
    }

    private Cursor need(ObjectHeader h, int message, String what) {
        return h.find(message)
                .orElseThrow(
                        () ->
                                m.unsupported(
                                        h.place(),
                                        "must be a group or a dataset, it has no links and not "
                                                + what));
    }

    private long bytes() {
        try {
            return Math.multiplyExact(space.elements(), (long) type.size());
        } catch (ArithmeticException e) {
            throw m.damaged(place, "its size must be below 2^63 bytes");
        }
    }

    private Layout layout(Cursor c) {
        int version = c.u8();
        if (version != 3 && version != 4) {
            throw c.unsupported("a layout must have version 3 or 4, got " + version);
        }
        int kind = c.u8();
        return switch (kind) {
            case COMPACT -> compact(c);
            case CONTIGUOUS -> contiguous(c);
            case CHUNKED -> version == 3 ? chunked(c) : chunkedV4(c);
            case VIRTUAL -> throw c.unsupported("virtual datasets are refused");
            default -> throw c.damaged("a layout's class must be 0 to 3, got " + kind);
        };
    }

    private Layout compact(Cursor c) {
        int size = c.u16();
        if (size < bytes()) {
            throw c.damaged("must have %s bytes of values, has %s".formatted(bytes(), size));
        }
        return new Layout.Compact(c.part(size, place));
    }

    private Layout contiguous(Cursor c) {
        long address = c.address();
        long size = c.length();
        long bytes = bytes();
        if (bytes == 0) {
            return new Layout.Contiguous(0, 0);
        }
        if (address == Metadata.UNDEFINED || size < bytes) {
            throw c.damaged(
                    "must have %s bytes of values, has %s"
                            .formatted(bytes, address == Metadata.UNDEFINED ? 0 : size));
        }
        m.check(address, bytes, place);
        return new Layout.Contiguous(address, bytes);
    }

    private Layout chunked(Cursor c) {
        int rank = c.u8() - 1; // the last extent is the element's size
        long tree = c.address();
        int[] box = box(c, rank, 4);
        return chunked(
                box,
                grid -> {
                    List<Layout.Chunk> chunks = new ArrayList<>();
                    if (tree != Metadata.UNDEFINED) {
                        new ChunkTree(m, rank, place, chunks).node(tree, -1);
                    }
                    return chunks;
                });
    }

    private Layout chunkedV4(Cursor c) {
        int flags = c.u8();
        int rank = c.u8() - 1;
        int width = c.u8();
        if (width < 1 || width > 8) {
            throw c.damaged("a chunk's extents must have 1 to 8 bytes, got " + width);
        }
        int[] box = box(c, rank, width);
        Filters filters = Filters.of(header);
        return chunked(box, grid -> new ChunkIndexes(m, grid, filters, place).chunks(c, flags));
    }

    private Layout chunked(int[] box, Function<ChunkGrid, List<Layout.Chunk>> index) {
        Filters filters = Filters.of(header);
        if (bytes() == 0) {
            return new Layout.Chunked(box, filters, List.of());
        }
        ChunkGrid grid = new ChunkGrid(m, space.dims(), box, type.size(), place);
        return new Layout.Chunked(box, filters, grid.checked(index.apply(grid)));
    }

    private int[] box(Cursor c, int rank, int width) {
        if (rank != space.rank() || rank == 0) {
            throw c.damaged("chunks must have rank %s, got %s".formatted(space.rank(), rank));
        }
        int[] box = new int[rank];
        long size = type.size();
        for (int i = 0; i < rank; i++) {
            long extent = c.number(width);
            size = extent == 0 || extent > Integer.MAX_VALUE ? Long.MAX_VALUE : size * extent;
            if (size > Filters.MAX_CHUNK || size <= 0) {
                throw c.unsupported("a chunk must have 1 byte to 64 MiB");
            }
            box[i] = (int) extent;
        }
        long element = c.number(width);
        if (element != type.size()) {
            throw c.damaged("elements must have %s bytes, got %s".formatted(type.size(), element));
        }
        return box;
    }
}
