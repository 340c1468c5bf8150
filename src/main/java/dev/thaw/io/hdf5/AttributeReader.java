package dev.thaw.io.hdf5;

import java.util.LinkedHashMap;
import java.util.Map;

/** Finds an object's attributes, in its header or in a heap of their own. */
final class AttributeReader {
    private static final int IDENTIFIER = 8;
    private static final int SHARED = 2;

    private static final DenseStorage DENSE =
            new DenseStorage(8, 17, 2, AttributeReader::identifier);

    private final GlobalHeap heap;
    private final Map<String, Attribute> found = new LinkedHashMap<>();
    private final Metadata m;
    private final String place;

    private AttributeReader(Metadata m, GlobalHeap heap, String place) {
        this.m = m;
        this.heap = heap;
        this.place = place;
    }

    static Hdf5Attributes read(Metadata m, GlobalHeap heap, ObjectHeader h) {
        AttributeReader r = new AttributeReader(m, heap, h.place());
        for (Cursor c : h.all(ObjectHeader.ATTRIBUTE)) {
            r.add(c);
        }
        for (Cursor c : h.all(ObjectHeader.ATTRIBUTE_INFO)) {
            DENSE.messages(m, c, h.place()).forEach(r::add);
        }
        return new Hdf5Attributes(m.file(), h.place(), r.found);
    }

    private static Cursor identifier(Cursor record) {
        Cursor id = record.part(IDENTIFIER, record.place());
        if ((record.u8() & SHARED) != 0) {
            throw record.unsupported("attributes shared by objects are not read");
        }
        return id;
    }

    private void add(Cursor c) {
        int version = c.u8();
        if (version < 1 || version > 3) {
            throw c.damaged("an attribute must have version 1, 2 or 3, got " + version);
        }
        int flags = c.u8();
        int nameSize = c.u16();
        int typeSize = c.u16();
        int spaceSize = c.u16();
        c.skip(version == 3 ? 1 : 0); // character set
        String name = c.text(nameSize);
        c.skip(version == 1 ? -nameSize & 7 : 0);
        String at = place + ": attribute \"" + Metadata.plain(name) + '"';
        if (version > 1 && flags != 0) {
            throw m.unsupported(at, "types shared between attributes are not read");
        }
        Datatype type = Datatype.read(c.part(typeSize, at));
        c.skip(version == 1 ? -typeSize & 7 : 0);
        Dataspace space = Dataspace.read(c.part(spaceSize, at));
        c.skip(version == 1 ? -spaceSize & 7 : 0);
        Cursor data = c.part(c.remaining(), at);
        if (found.put(name, new Attribute(m, heap, type, space, data)) != null) {
            throw m.damaged(at, "an attribute's name must be unique");
        }
    }
}
