package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.List;

/** One attribute: its type, extents and undecoded values. */
record Attribute(Metadata metadata, GlobalHeap heap, Datatype type, Dataspace space, Cursor data) {

    boolean isScalar() {
        return space.rank() == 0 && !space.isNull();
    }

    /** All elements as text; an empty list may have any type, as NumPy gives [] float64. */
    List<String> texts() {
        long n = space.elements();
        if (n == 0) {
            return List.of();
        }
        if (!type.isText()) {
            throw data.unsupported("the attribute must be text");
        }
        Cursor c = data.rewound();
        if (n > c.size() / type.size()) {
            throw data.damaged(
                    "has " + c.size() + " bytes for " + n + " elements of " + type.size());
        }
        Metadata reader = metadata.anew();
        List<String> all = new ArrayList<>((int) n);
        for (int i = 0; i < n; i++) {
            if (type.kind() == Datatype.Kind.FIXED_TEXT) {
                reader.charge(type.size(), c.place());
                all.add(c.text(type.size()));
            } else {
                long length = c.u32();
                all.add(heap.text(reader, length, c.address(), (int) c.u32(), c.place()));
            }
        }
        return all;
    }

    /** The only element as a number. */
    double number() {
        if (space.elements() != 1) {
            throw data.unsupported("the attribute must be one number");
        }
        return Numbers.one(type, data.rewound());
    }
}
