package dev.thaw.io.hdf5;

import java.util.List;

/** The attributes of a newer object that has many, or large ones. */
final class DenseAttributes {
    private static final int BY_NAME = 8;
    private static final int RECORD = 17;
    private static final int IDENTIFIER = 8;
    private static final int SHARED = 2;

    private DenseAttributes() {}

    /** The messages that an attribute info message refers to; none if all are in the header. */
    static List<Cursor> messages(Metadata m, Cursor info, String place) {
        info.skip(1); // version
        int flags = info.u8();
        info.skip((flags & 1) == 0 ? 0 : 2); // the greatest creation order
        long heapAddress = info.address();
        long names = info.address();
        if (heapAddress == Metadata.UNDEFINED) {
            return List.of();
        }
        FractalHeap heap = new FractalHeap(m, heapAddress, place);
        return BTreeV2.records(m, names, BY_NAME, RECORD, place).stream()
                .map(
                        r -> {
                            Cursor id = r.part(IDENTIFIER, place);
                            if ((r.u8() & SHARED) != 0) {
                                throw r.unsupported("attributes shared by objects are not read");
                            }
                            return heap.object(id, place);
                        })
                .toList();
    }
}
