package dev.thaw.io.hdf5;

import java.util.List;

final class DenseLinks {
    private DenseLinks() {}

    static List<Link> links(Metadata m, Cursor info, String place) {
        info.skip(1);
        int flags = info.u8();
        info.skip((flags & 1) == 0 ? 0 : 8);
        if (info.address() != Metadata.UNDEFINED) {
            throw info.unsupported("many names in one group in the newer format");
        }
        return List.of();
    }
}
