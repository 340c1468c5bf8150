package dev.thaw.io.hdf5;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The older index of chunks: a B-tree whose keys are their corners. */
final class ChunkTree {
    private static final int MAX_LEVEL = 32;

    private final Metadata m;
    private final int rank;
    private final String place;
    private final List<Layout.Chunk> chunks;
    private final Set<Long> seen = new HashSet<>();

    ChunkTree(Metadata m, int rank, String place, List<Layout.Chunk> chunks) {
        this.m = m;
        this.rank = rank;
        this.place = place;
        this.chunks = chunks;
    }

    /** A node; its level is one below its parent's. */
    void node(long address, int expected) {
        Cursor head = m.block(address, 24, place);
        if (!seen.add(address)) {
            throw head.damaged(
                    "the tree of chunks contains the node at %s twice".formatted(address));
        }
        head.signature("TREE");
        int type = head.u8();
        int level = head.u8();
        if (type != 1 || level > MAX_LEVEL || expected >= 0 && level != expected) {
            throw head.damaged(
                    "a tree of chunks must have type 1 and levels that count down, got type %s, level %s"
                            .formatted(type, level));
        }
        int entries = head.u16();
        int key = 8 + 8 * (rank + 1);
        Cursor c = m.block(address + 24, (long) entries * (key + 8), place);
        for (int i = 0; i < entries; i++) {
            long length = c.u32();
            long skipped = c.u32();
            long[] corner = new long[rank];
            for (int a = 0; a < rank; a++) {
                corner[a] = c.length();
            }
            c.skip(8);
            long child = c.address();
            if (level == 0) {
                m.charge(64L + 8 * rank, place);
                chunks.add(new Layout.Chunk(corner, child, length, skipped));
            } else {
                node(child, level - 1);
            }
        }
    }
}
