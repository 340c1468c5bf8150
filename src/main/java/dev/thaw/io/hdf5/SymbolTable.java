package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The links of an older group: a B-tree of symbol nodes, and a heap with the names. */
final class SymbolTable {
    private static final int MAX_LEVEL = 32;
    private static final int ENTRY = 40;
    private static final int SOFT = 2;

    private final Metadata m;
    private final String place;
    private final Cursor names;
    private final Set<Long> seen = new HashSet<>();
    private final List<Link> links = new ArrayList<>();

    private SymbolTable(Metadata m, long heap, String place) {
        this.m = m;
        this.place = place;
        this.names = heap(m, heap, place);
    }

    /** The links that a symbol table message refers to. */
    static List<Link> links(Metadata m, Cursor message, String place) {
        long tree = message.address();
        SymbolTable t = new SymbolTable(m, message.address(), place);
        t.node(tree, -1);
        return t.links;
    }

    private static Cursor heap(Metadata m, long address, String place) {
        Cursor c = m.block(address, 32, place);
        c.signature("HEAP");
        c.skip(4); // version, reserved
        long size = c.length();
        c.skip(8); // free list
        return m.block(c.address(), size, place);
    }

    /** A node of the tree; its level is one below its parent's, so depth is bounded by a byte. */
    private void node(long address, int expected) {
        Cursor head = m.block(address, 24, place);
        if (!seen.add(address)) {
            throw head.damaged(
                    "the tree of names contains the node at %s twice".formatted(address));
        }
        head.signature("TREE");
        int type = head.u8();
        int level = head.u8();
        if (type != 0 || level > MAX_LEVEL || expected >= 0 && level != expected) {
            throw head.damaged(
                    "a tree of names must have type 0 and levels that count down, got type %s, level %s"
                            .formatted(type, level));
        }
        int entries = head.u16();
        Cursor c = m.block(address + 24, 16L * entries, place);
        for (int i = 0; i < entries; i++) {
            c.skip(8); // the key: the least name
            long child = c.address();
            if (level == 0) {
                symbols(child);
            } else {
                node(child, level - 1);
            }
        }
    }

    private void symbols(long address) {
        Cursor head = m.block(address, 8, place);
        if (!seen.add(address)) {
            throw head.damaged(
                    "the tree of names contains the node at %s twice".formatted(address));
        }
        head.signature("SNOD");
        head.skip(2); // version, reserved
        int n = head.u16();
        Cursor c = m.block(address + 8, (long) ENTRY * n, place);
        for (int i = 0; i < n; i++) {
            long at = c.length();
            long object = c.address();
            long kind = c.u32();
            c.skip(20);
            names.position((int) Math.min(at, Integer.MAX_VALUE));
            String name = names.terminated();
            if (kind == SOFT) {
                throw Link.refused("soft", name, c);
            }
            links.add(Link.of(name, object, c));
        }
    }
}
