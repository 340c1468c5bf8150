package dev.thaw.io.hdf5;

import java.util.List;

/** The links of a newer group that has more than a few. */
final class DenseLinks {
    private static final int BY_NAME = 5;
    private static final int RECORD = 11;
    private static final int HASH = 4;

    private DenseLinks() {}

    /** The links that a link info message refers to; none if they are all in the header. */
    static List<Link> links(Metadata m, Cursor info, String place) {
        info.skip(1); // version
        int flags = info.u8();
        info.skip((flags & 1) == 0 ? 0 : 8); // the greatest creation order
        long heapAddress = info.address();
        long names = info.address();
        if (heapAddress == Metadata.UNDEFINED) {
            return List.of();
        }
        FractalHeap heap = new FractalHeap(m, heapAddress, place);
        return BTreeV2.records(m, names, BY_NAME, RECORD, place).stream()
                .map(
                        r -> {
                            r.skip(HASH);
                            return Link.message(heap.object(r, place));
                        })
                .toList();
    }
}
