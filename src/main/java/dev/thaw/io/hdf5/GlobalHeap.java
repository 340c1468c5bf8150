package dev.thaw.io.hdf5;

import java.util.HashMap;
import java.util.Map;

/** The collections in which texts of variable length lie. */
final class GlobalHeap {
    private static final int HEAD = 16;
    private static final String PLACE = "global heap";

    private final Metadata m;
    private final Map<Long, Map<Integer, Extent>> collections = new HashMap<>();

    private record Extent(long address, long length) {}

    GlobalHeap(Metadata m) {
        this.m = m;
    }

    /** The text of {@code length} bytes that an element refers to, charged to the reader. */
    String text(Metadata reader, long length, long collection, int index, String place) {
        if (length == 0) {
            return "";
        }
        if (!collections.containsKey(collection)) {
            collections.put(collection, read(collection));
        }
        Extent e = collections.get(collection).get(index);
        if (e == null || length > e.length) {
            throw m.damaged(
                    place,
                    "a text must lie in the global heap, object %s at %s%s"
                            .formatted(
                                    index,
                                    collection,
                                    e == null
                                            ? " does not exist"
                                            : " has " + e.length + " bytes of " + length));
        }
        return reader.block(e.address, length, place).text((int) length);
    }

    private Map<Integer, Extent> read(long address) {
        Cursor head = m.block(address, HEAD, PLACE);
        head.signature("GCOL");
        head.skip(4); // version, reserved
        long size = head.length();
        m.check(address, size, PLACE);
        Map<Integer, Extent> objects = new HashMap<>();
        long at = HEAD;
        while (at + HEAD <= size) {
            Cursor c = m.block(address + at, HEAD, PLACE);
            int index = c.u16();
            c.skip(6); // references, reserved
            long length = c.length();
            if (index == 0) {
                break; // free space up to the end
            }
            if (length > size - at - HEAD) {
                throw c.damaged(
                        "object %s of the collection at %s must end within its %s bytes"
                                .formatted(index, address, size));
            }
            objects.put(index, new Extent(address + at + HEAD, length));
            at += HEAD + (length + 7) / 8 * 8;
        }
        return objects;
    }
}
