package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.List;

/** The indexes of chunks in layouts of version 4. */
final class ChunkIndexes {
    private static final int SINGLE = 1;
    private static final int IMPLICIT = 2;
    private static final int FIXED_ARRAY = 3;
    private static final int TREE = 5;
    private static final int UNPACKED_EDGES = 1;
    private static final int PACKED_SINGLE = 2;
    private static final int PLAIN_RECORDS = 10;
    private static final int PACKED_RECORDS = 11;

    private final Metadata m;
    private final String place;
    private final ChunkGrid grid;
    private final boolean packed;

    ChunkIndexes(Metadata m, ChunkGrid grid, Filters filters, String place) {
        this.m = m;
        this.grid = grid;
        this.packed = !filters.steps().isEmpty();
        this.place = place;
    }

    /** What {@link #chunks} reads after the chunks' extents. */
    List<Layout.Chunk> chunks(Cursor c, int flags) {
        if ((flags & UNPACKED_EDGES) != 0) {
            throw c.unsupported("chunks at the edge that are packed differently are not read");
        }
        int type = c.u8();
        return switch (type) {
            case SINGLE -> single(c, flags);
            case IMPLICIT -> implicit(c.address(), c);
            case FIXED_ARRAY -> {
                c.skip(1);
                yield new FixedArray(m, grid, packed, place).read(c.address());
            }
            case TREE -> {
                c.skip(4 + 1 + 1);
                yield tree(c.address(), c);
            }
            default ->
                    throw c.unsupported(
                            "an index of chunks of type %s is not read".formatted(type));
        };
    }

    private List<Layout.Chunk> single(Cursor c, int flags) {
        long length = grid.chunkBytes();
        long skipped = 0;
        if ((flags & PACKED_SINGLE) != 0) {
            length = c.length();
            skipped = c.u32();
        }
        return List.of(new Layout.Chunk(grid.corner(0), c.address(), length, skipped));
    }

    /** One after the other, as in no index at all. */
    private List<Layout.Chunk> implicit(long address, Cursor c) {
        if (packed || grid.count() > m.length()) {
            throw c.damaged("chunks without an index must be unpacked and within the file");
        }
        m.check(address, grid.chunkBytes(), place);
        m.charge(grid.count() * grid.chargePerChunk(), place);
        List<Layout.Chunk> chunks = new ArrayList<>();
        for (long i = 0; i < grid.count(); i++) {
            long at = address + i * grid.chunkBytes();
            chunks.add(new Layout.Chunk(grid.corner(i), at, grid.chunkBytes(), 0));
        }
        return chunks;
    }

    private List<Layout.Chunk> tree(long address, Cursor c) {
        if (address == Metadata.UNDEFINED) {
            return List.of();
        }
        int type = packed ? PACKED_RECORDS : PLAIN_RECORDS;
        int corners = 8 * grid.rank();
        int least = packed ? 8 + 1 + 4 + corners : 8 + corners;
        List<Layout.Chunk> chunks = new ArrayList<>();
        for (Cursor r : BTreeV2.records(m, address, type, least, place)) {
            long at = r.address();
            long length =
                    packed ? r.number(sizeWidth(r.size() - 8 - 4 - corners, c)) : grid.chunkBytes();
            long skipped = packed ? r.u32() : 0;
            long[] scaled = new long[grid.rank()];
            for (int a = 0; a < scaled.length; a++) {
                scaled[a] = r.length();
            }
            m.charge(grid.chargePerChunk(), place);
            chunks.add(new Layout.Chunk(grid.corner(scaled, c), at, length, skipped));
        }
        return chunks;
    }

    static int sizeWidth(int width, Cursor c) {
        if (width < 1 || width > 8) {
            throw c.damaged("a chunk's size must have 1 to 8 bytes, got " + width);
        }
        return width;
    }
}
