package dev.thaw.io.hdf5;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The heap that holds the links and attributes of newer objects that have many of them. */
final class FractalHeap {
    private static final int HUGE_RECORDS = 1;
    private static final int MANAGED = 0;
    private static final int HUGE = 1;
    private static final int TINY = 2;
    private static final int CHECKSUM = 4;
    private static final int CHECKED_BLOCKS = 2;
    private static final int MAX_BITS = 62;

    private final Metadata m;
    private final String place;
    private final TreeMap<Long, Cursor> blocks = new TreeMap<>();
    private final Map<Long, long[]> huge = new HashMap<>();
    private final int flags;
    private final int width;
    private final int startBits;
    private final int directBits;
    private final int offsetWidth;
    private final int lengthWidth;

    FractalHeap(Metadata m, long address, String place) {
        this.m = m;
        this.place = place;
        Cursor c = m.block(address, 146, place);
        c.signature("FRHP");
        int version = c.u8();
        c.skip(2); // bytes of an identifier: the records know
        int filters = c.u16();
        flags = c.u8();
        long managed = c.u32();
        c.skip(8);
        long hugeTree = c.address();
        c.skip(8 + 8 + 8 + 8 + 8 + 8); // free and managed space, number of objects
        c.skip(8 + 8 + 8 + 8); // huge and tiny objects
        width = c.u16();
        startBits = bits(c.length(), c);
        directBits = bits(c.length(), c);
        int heapBits = c.u16();
        c.skip(2);
        long root = c.address();
        int rows = c.u16();
        Checksums.check(c);
        if (version != 0 || filters != 0) {
            throw c.unsupported("a heap must have version 0 and no filters");
        }
        if (width == 0 || startBits > directBits || directBits > 32 || heapBits > MAX_BITS) {
            throw c.damaged("a heap's table must have a width, and blocks of at most 4 GiB");
        }
        offsetWidth = (heapBits + 7) / 8;
        lengthWidth = Math.min((directBits + 7) / 8, BTreeV2.bytesFor(managed));
        if (root != Metadata.UNDEFINED && rows == 0) {
            direct(root, 0, 1L << startBits);
        } else if (root != Metadata.UNDEFINED) {
            indirect(root, 0, rows, heapBits);
        }
        if (hugeTree != Metadata.UNDEFINED) {
            readHuge(hugeTree);
        }
    }

    /** Objects too large for blocks: key to address and length. */
    private void readHuge(long tree) {
        for (Cursor r : BTreeV2.records(m, tree, HUGE_RECORDS, 24, place)) {
            long at = r.address();
            long length = r.length();
            huge.put(r.length(), new long[] {at, length});
        }
    }

    private static int bits(long size, Cursor c) {
        if (Long.bitCount(size) != 1) {
            throw c.damaged("a heap's blocks must have a power of two of bytes, got " + size);
        }
        return Long.numberOfTrailingZeros(size);
    }

    private long blockSize(int row) {
        return 1L << startBits + Math.max(0, row - 1);
    }

    private void direct(long address, long offset, long size) {
        Cursor c = m.block(address, size, place);
        c.signature("FHDB");
        c.skip(1 + 8 + offsetWidth);
        if ((flags & CHECKED_BLOCKS) != 0) {
            checkBlock(c, (int) size);
        }
        blocks.put(offset, c);
    }

    /** The checksum is that of the block with zeros in the checksum's place. */
    private void checkBlock(Cursor c, int size) {
        int at = c.position();
        byte[] all = c.rewound().bytes(size);
        int found = (int) c.u32();
        Arrays.fill(all, at, at + CHECKSUM, (byte) 0);
        if (Checksums.of(all, 0, size) != found) {
            throw c.damaged("a heap block's checksum does not agree with its bytes");
        }
    }

    /** A block of pointers: rows of blocks whose sizes double; far rows hold such blocks again. */
    private void indirect(long address, long offset, int rows, int limitBits) {
        int directRows = directBits - startBits + 2;
        if (rows > directRows + limitBits) {
            throw m.damaged(place, "a heap has more rows than its size allows, " + rows);
        }
        long size = 4 + 1 + 8 + offsetWidth + 8L * width * rows + CHECKSUM;
        Cursor c = m.block(address, size, place);
        c.signature("FHIB");
        c.skip(1 + 8 + offsetWidth);
        long at = offset;
        long[][] below = new long[rows * width][];
        for (int i = 0; i < rows * width; i++) {
            below[i] = new long[] {c.address(), at};
            at += blockSize(i / width);
        }
        Checksums.check(c);
        for (int i = 0; i < below.length; i++) {
            int row = i / width;
            if (below[i][0] == Metadata.UNDEFINED) {
                continue;
            }
            if (row < directRows) {
                direct(below[i][0], below[i][1], blockSize(row));
            } else {
                int bits = startBits + row - 1;
                int inner = bits - startBits - (31 - Integer.numberOfLeadingZeros(width)) + 1;
                if (inner < 1 || bits >= limitBits) {
                    throw c.damaged("a heap's inner blocks must get smaller");
                }
                indirect(below[i][0], below[i][1], inner, bits);
            }
        }
    }

    /** The object that an identifier of so many bytes names. */
    Cursor object(Cursor id, String of) {
        int kind = id.u8() >> 4;
        return switch (kind) {
            case MANAGED -> managed(id.number(offsetWidth), id.number(lengthWidth), id, of);
            case HUGE -> huge(id.number(Math.min(8, id.remaining())), id, of);
            case TINY -> throw id.unsupported("tiny heap objects are not read");
            default -> throw id.damaged("a heap identifier must have kind 0 to 2, got " + kind);
        };
    }

    private Cursor managed(long offset, long length, Cursor id, String of) {
        Map.Entry<Long, Cursor> block = blocks.floorEntry(offset);
        if (block == null || offset - block.getKey() + length > block.getValue().size()) {
            throw id.damaged("a heap object at %s must lie within a block".formatted(offset));
        }
        Cursor c = block.getValue().rewound();
        c.skip(offset - block.getKey());
        m.charge(length, of);
        return c.part((int) length, of);
    }

    private Cursor huge(long key, Cursor id, String of) {
        long[] extent = huge.get(key);
        if (extent == null) {
            throw id.damaged("the huge heap object %s does not exist".formatted(key));
        }
        return m.block(extent[0], extent[1], of);
    }
}
