package dev.thaw.io.hdf5;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The messages that describe one group or dataset, versions 1 and 2. */
record ObjectHeader(long address, List<Message> messages, String place) {
    static final int DATASPACE = 0x01;
    static final int LINK_INFO = 0x02;
    static final int DATATYPE = 0x03;
    static final int LINK = 0x06;
    static final int EXTERNAL_FILES = 0x07;
    static final int LAYOUT = 0x08;
    static final int FILTERS = 0x0B;
    static final int ATTRIBUTE = 0x0C;
    static final int ATTRIBUTE_INFO = 0x15;
    static final int SYMBOL_TABLE = 0x11;
    private static final int CONTINUATION = 0x10;
    private static final int SHARED = 0x02;

    private static final int MAX_CONTINUATIONS = 4096;

    /** One message: its body, and whether that is only a reference to a body elsewhere. */
    record Message(int type, boolean shared, Cursor body) {}

    private record Piece(long address, long length) {}

    static ObjectHeader read(Metadata m, long address, String place) {
        Cursor c = m.blockUpTo(address, 16, place);
        int first = c.u8();
        List<Message> messages =
                first == 'O' ? new Recent(m, place).read(address) : old(m, address, first, c);
        return new ObjectHeader(address, List.copyOf(messages), place);
    }

    /** The only message of a type, if there is one. */
    Optional<Cursor> find(int type) {
        return messages.stream().filter(x -> x.type == type).findFirst().map(this::body);
    }

    /** All messages of a type. */
    List<Cursor> all(int type) {
        return messages.stream().filter(x -> x.type == type).map(this::body).toList();
    }

    boolean has(int type) {
        return messages.stream().anyMatch(x -> x.type == type);
    }

    private Cursor body(Message x) {
        Cursor c = x.body.rewound();
        if (x.shared) {
            throw c.unsupported("messages shared between objects are not read");
        }
        return c;
    }

    private static List<Message> old(Metadata m, long address, int version, Cursor head) {
        if (version != 1) {
            throw head.damaged("an object's header must have version 1 or 2, got " + version);
        }
        head.skip(1);
        int declared = head.u16();
        head.skip(4); // references
        Deque<Piece> pieces = new ArrayDeque<>();
        pieces.add(new Piece(address + 16, head.u32()));
        List<Message> messages = new ArrayList<>();
        int count = 0;
        while (!pieces.isEmpty()) {
            if (count++ > MAX_CONTINUATIONS) {
                throw head.damaged("an object's header is in more than 4096 pieces");
            }
            Piece p = pieces.remove();
            Cursor c = m.block(p.address, p.length, head.place());
            while (messages.size() < declared && c.remaining() >= 8) {
                int type = c.u16();
                int size = c.u16();
                boolean shared = (c.u8() & SHARED) != 0;
                c.skip(3);
                add(messages, pieces, new Message(type, shared, c.part(size, head.place())));
            }
        }
        if (messages.size() != declared) {
            throw head.damaged(
                    "an object's header must have %s messages, it has %s"
                            .formatted(declared, messages.size()));
        }
        return messages;
    }

    private static void add(List<Message> messages, Deque<Piece> pieces, Message x) {
        messages.add(x);
        if (x.type == CONTINUATION) {
            Cursor c = x.body.rewound();
            pieces.add(new Piece(c.address(), c.length()));
        }
    }

    /** Version 2: smaller, and guarded by checksums. */
    private static final class Recent {
        private static final int TIMES = 0x20;
        private static final int PHASE = 0x10;
        private static final int ORDERED = 0x04;
        private static final int CHECKSUM = 4;

        private final Metadata m;
        private final String place;
        private final List<Message> messages = new ArrayList<>();
        private final Deque<Piece> pieces = new ArrayDeque<>();
        private boolean ordered;

        Recent(Metadata m, String place) {
            this.m = m;
            this.place = place;
        }

        List<Message> read(long address) {
            Cursor c = m.blockUpTo(address, 40, place);
            c.signature("OHDR");
            int version = c.u8();
            if (version != 2) {
                throw c.damaged("an object's header must have version 2 here, got " + version);
            }
            int flags = c.u8();
            ordered = (flags & ORDERED) != 0;
            c.skip(((flags & TIMES) == 0 ? 0 : 16) + ((flags & PHASE) == 0 ? 0 : 4));
            long size = c.number(1 << (flags & 3));
            long front = c.position();
            m.check(address, size, place);
            Cursor whole = m.block(address, front + size + CHECKSUM, place);
            whole.skip(front);
            messages(whole);
            for (int i = 0; !pieces.isEmpty(); i++) {
                if (i > MAX_CONTINUATIONS) {
                    throw c.damaged("an object's header is in more than 4096 pieces");
                }
                Piece p = pieces.remove();
                Cursor more = m.block(p.address, p.length, place);
                more.signature("OCHK");
                messages(more);
            }
            return messages;
        }

        private void messages(Cursor c) {
            int head = ordered ? 6 : 4;
            while (c.remaining() >= head + CHECKSUM) {
                int type = c.u8();
                int size = c.u16();
                boolean shared = (c.u8() & SHARED) != 0;
                c.skip(head - 4);
                add(messages, pieces, new Message(type, shared, c.part(size, place)));
            }
            c.skip(Math.max(0, c.remaining() - CHECKSUM)); // a gap too short for a message
            Checksums.check(c);
        }
    }
}
