package dev.thaw.io.hdf5;

import dev.thaw.file.NumberDecoder;
import dev.thaw.tensor.Shape;

import java.nio.ByteBuffer;
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
                    "has %s bytes for %s elements of %s".formatted(c.size(), n, type.size()));
        }
        Metadata reader = metadata.anew();
        List<String> all = new ArrayList<>((int) n);
        for (int i = 0; i < n; i++) {
            if (type.typeClass() == Datatype.TypeClass.FIXED_TEXT) {
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
        if (!type.isNumber()) {
            throw data.unsupported("the attribute must be a number");
        }
        NumberDecoder n = new NumberDecoder(type.number(), 1);
        n.put(0, ByteBuffer.wrap(data.rewound().bytes(type.size())));
        return n.tensor(Shape.scalar()).number(0);
    }
}
