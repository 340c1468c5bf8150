package dev.thaw.io.hdf5;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Where a newer object keeps what it has many of, attributes or links: in a {@link FractalHeap},
 * whose places a {@link BTreeV2} lists by name.
 *
 * @param type of the tree's records
 * @param bytes that a record has at least
 * @param orderBytes of the greatest creation order in the info message
 * @param identifier takes a place in the heap from a record
 */
record DenseStorage(int type, int bytes, int orderBytes, UnaryOperator<Cursor> identifier) {
    /** The messages that an info message refers to; none if they are all in the header. */
    List<Cursor> messages(Metadata m, Cursor info, String place) {
        info.skip(1); // version
        int flags = info.u8();
        info.skip((flags & 1) == 0 ? 0 : orderBytes);
        long heapAddress = info.address();
        long names = info.address();
        if (heapAddress == Metadata.UNDEFINED) {
            return List.of();
        }
        FractalHeap heap = new FractalHeap(m, heapAddress, place);
        return BTreeV2.records(m, names, type, bytes, place).stream()
                .map(record -> heap.object(identifier.apply(record), place))
                .toList();
    }
}
