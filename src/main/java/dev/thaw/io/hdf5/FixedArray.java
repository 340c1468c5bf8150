package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.List;

/** The index of chunks of a dataset that cannot grow: one entry for each, in row-major order. */
final class FixedArray {
    private final Metadata m;
    private final ChunkGrid grid;
    private final boolean packed;
    private final String place;
    private final List<Layout.Chunk> chunks = new ArrayList<>();

    FixedArray(Metadata m, ChunkGrid grid, boolean packed, String place) {
        this.m = m;
        this.grid = grid;
        this.packed = packed;
        this.place = place;
    }

    List<Layout.Chunk> read(long address) {
        if (address == Metadata.UNDEFINED) {
            return List.of();
        }
        Cursor c = m.block(address, 28, place);
        c.signature("FAHD");
        c.skip(1);
        boolean hasSizes = c.u8() == 1;
        int entry = c.u8();
        int pageBits = c.u8();
        long entries = c.length();
        long block = c.address();
        Checksums.check(c);
        if (hasSizes != packed || entries != grid.count() || pageBits > 30) {
            throw c.damaged(
                    "the index of chunks must have %s entries, it has %s"
                            .formatted(grid.count(), entries));
        }
        int width = packed ? ChunkIndexes.sizeWidth(entry - 8 - 4, c) : 0;
        if (!packed && entry != 8) {
            throw c.damaged("an entry in the index of chunks must have 8 bytes, got " + entry);
        }
        if (block == Metadata.UNDEFINED) {
            return List.of();
        }
        m.check(block, Math.multiplyExact(entries, (long) entry), place);
        read(block, entries, entry, 1L << pageBits, width);
        return chunks;
    }

    private void read(long block, long entries, int entry, long page, int width) {
        int head = 4 + 1 + 1 + 8;
        if (entries <= page) {
            Cursor c = m.block(block, head + entries * entry + 4, place);
            c.signature("FADB");
            c.skip(head - 4);
            entries(c, entries, width);
            return;
        }
        long pages = (entries + page - 1) / page;
        long front = head + (pages + 7) / 8 + 4;
        Cursor c = m.block(block, front, place);
        c.signature("FADB");
        c.skip(c.remaining() - 4); // which pages are in use: a chunk must be on each
        Checksums.check(c);
        for (long i = 0; i < pages; i++) {
            long count = Math.min(page, entries - i * page);
            long at = block + front + i * (page * entry + 4);
            entries(m.block(at, count * entry + 4, place), count, width);
        }
    }

    private void entries(Cursor c, long count, int width) {
        for (long i = 0; i < count; i++) {
            long at = c.address();
            long length = packed ? c.number(width) : grid.chunkBytes();
            long skipped = packed ? c.u32() : 0;
            m.charge(grid.chargePerChunk(), place);
            chunks.add(new Layout.Chunk(grid.corner(chunks.size()), at, length, skipped));
        }
        Checksums.check(c);
    }
}
