package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A version-2 B-tree: the index of newer groups, attributes, chunks and huge heap objects. */
final class BTreeV2 {
    /** Signature, version, type and checksum of a node. */
    private static final int OVERHEAD = 10;

    private static final int MAX_DEPTH = 32;

    private final Metadata m;
    private final String place;
    private final int type;
    private final List<Cursor> records = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private int recordSize;
    private int nodeSize;
    private int countWidth;
    private int[] totalWidth;

    private BTreeV2(Metadata m, int type, String place) {
        this.m = m;
        this.type = type;
        this.place = place;
    }

    /** All records of the tree at an address, which must be of a type and at least of a size. */
    static List<Cursor> records(Metadata m, long address, int type, int least, String place) {
        BTreeV2 t = new BTreeV2(m, type, place);
        t.read(address, least);
        return t.records;
    }

    private void read(long address, int least) {
        Cursor c = m.block(address, 38, place);
        c.signature("BTHD");
        int version = c.u8();
        int found = c.u8();
        nodeSize = (int) Math.min(c.u32(), Integer.MAX_VALUE);
        recordSize = c.u16();
        int depth = c.u16();
        c.skip(2); // fill ratios
        long root = c.address();
        int inRoot = c.u16();
        long all = c.length();
        Checksums.check(c);
        if (version != 0 || found != type || recordSize < least || depth > MAX_DEPTH) {
            throw c.damaged(
                    "a tree must have version 0, type %s and records of %s bytes, got version %s, type %s, %s bytes"
                            .formatted(type, least, version, found, recordSize));
        }
        widths(depth, c);
        if (all > 0) {
            node(root, depth, inRoot);
        }
        if (records.size() != all) {
            throw c.damaged(
                    "a tree must have %s records, it has %s".formatted(all, records.size()));
        }
    }

    /** How many bytes the counts in a node take follows from how many records can be below it. */
    private void widths(int depth, Cursor c) {
        if (nodeSize < OVERHEAD + recordSize) {
            throw c.damaged(
                    "a tree's nodes must hold a record, they have %s bytes".formatted(nodeSize));
        }
        long most = (nodeSize - OVERHEAD) / recordSize;
        countWidth = bytesFor(most);
        totalWidth = new int[depth + 1];
        totalWidth[0] = countWidth;
        long below = most;
        for (int d = 1; d <= depth; d++) {
            int pointer = pointer(d);
            long here = (nodeSize - OVERHEAD - pointer) / (recordSize + pointer);
            if (here < 1 || below > Long.MAX_VALUE / (here + 2)) {
                throw c.damaged("a tree's depth of %s does not fit its nodes".formatted(depth));
            }
            below = (here + 1) * below + here;
            totalWidth[d] = bytesFor(below);
        }
    }

    /** The bytes of a pointer in a node of this depth. */
    private int pointer(int depth) {
        return 8 + countWidth + (depth > 1 ? totalWidth[depth - 1] : 0);
    }

    static int bytesFor(long limit) {
        return (63 - Long.numberOfLeadingZeros(Math.max(1, limit))) / 8 + 1;
    }

    private void node(long address, int depth, long count) {
        long size = OVERHEAD + count * recordSize + (depth > 0 ? (count + 1) * pointer(depth) : 0);
        Cursor c = m.block(address, size, place);
        if (!seen.add(address)) {
            throw c.damaged("a tree contains the node at %s twice".formatted(address));
        }
        c.signature(depth > 0 ? "BTIN" : "BTLF");
        c.skip(2); // version, type
        for (int i = 0; i < count; i++) {
            records.add(c.part(recordSize, place));
        }
        List<long[]> children = new ArrayList<>();
        for (int i = 0; depth > 0 && i <= count; i++) {
            children.add(new long[] {c.address(), c.number(countWidth)});
            c.skip(pointer(depth) - 8 - countWidth);
        }
        Checksums.check(c);
        for (long[] child : children) {
            node(child[0], depth - 1, child[1]);
        }
    }
}
