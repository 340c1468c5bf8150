package dev.thaw.io.hdf5;

import dev.thaw.file.NumberEncoder;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Object headers of version 2, for groups and datasets with their attributes. */
final class Headers {
    private static final int GROUP_INFO = 0x0A;
    private static final int FILL_VALUE = 0x05;
    private static final int UTF8 = 1;

    /** Elements of a list in one attribute: 16 bytes each, in a message below 64 KiB. */
    private static final int LONGEST_LIST = 4000;

    private final Map<Hdf5Builder.Node, Long> headers;
    private final Map<Hdf5Builder.Node, Long> values;
    private final HeapWriter heap;

    Headers(
            Map<Hdf5Builder.Node, Long> headers,
            Map<Hdf5Builder.Node, Long> values,
            HeapWriter heap) {
        this.headers = headers;
        this.values = values;
        this.heap = heap;
    }

    byte[] of(Hdf5Builder.Node node) {
        Bytes messages = new Bytes();
        if (node instanceof Hdf5Builder.GroupNode g) {
            group(messages, g);
        } else if (node instanceof Hdf5Builder.DatasetNode d) {
            dataset(messages, d);
        }
        node.texts().forEach((name, text) -> scalar(messages, name, text));
        node.lists().forEach((name, texts) -> list(messages, name, texts));
        return new Bytes()
                .ascii("OHDR")
                .u8(2) // version
                .u8(2) // the size has four bytes
                .u32(messages.size())
                .all(messages.toArray())
                .checksum()
                .toArray();
    }

    private static void message(Bytes to, int type, Bytes body) {
        to.u8(type).u16(body.size()).u8(0).all(body.toArray());
    }

    private void group(Bytes to, Hdf5Builder.GroupNode g) {
        Bytes compact = new Bytes().u8(0).u8(0);
        compact.u64(Metadata.UNDEFINED).u64(Metadata.UNDEFINED);
        message(to, ObjectHeader.LINK_INFO, compact);
        message(to, GROUP_INFO, new Bytes().u8(0).u8(0));
        g.children()
                .forEach(
                        (name, child) -> {
                            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                            Bytes link = new Bytes().u8(1).u8(0x10 | 1).u8(UTF8);
                            link.u16(utf8.length).all(utf8).u64(headers.get(child));
                            message(to, ObjectHeader.LINK, link);
                        });
    }

    private void dataset(Bytes to, Hdf5Builder.DatasetNode d) {
        Shape shape = d.value().shape();
        message(to, ObjectHeader.DATASPACE, space(shape.toArray()));
        message(to, ObjectHeader.DATATYPE, type(d.value().dtype()));
        message(to, FILL_VALUE, new Bytes().u8(3).u8(0x0A)); // the default, allocated late
        boolean empty = d.value().size() == 0;
        Bytes layout = new Bytes().u8(3).u8(1);
        layout.u64(empty ? Metadata.UNDEFINED : values.get(d));
        layout.u64(NumberEncoder.bytes(d.value()));
        message(to, ObjectHeader.LAYOUT, layout);
    }

    private static Bytes space(int... dims) {
        Bytes b = new Bytes().u8(2).u8(dims.length).u8(0).u8(dims.length == 0 ? 0 : 1);
        for (int d : dims) {
            b.u64(d);
        }
        return b;
    }

    private static Bytes type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> floating(4, 23, 8, 127);
            case INT32 -> integer(4);
            case INT64 -> integer(8);
        };
    }

    private static Bytes floating(int size, int mantissa, int exponent, int bias) {
        int sign = 8 * size - 1;
        Bytes b = new Bytes().u8(0x11).u8(0x20).u8(sign).u8(0).u32(size);
        b.u16(0).u16(8 * size); // offset, precision
        return b.u8(mantissa).u8(exponent).u8(0).u8(mantissa).u32(bias);
    }

    private static Bytes integer(int size) {
        return new Bytes().u8(0x10).u8(0x08).u8(0).u8(0).u32(size).u16(0).u16(8 * size);
    }

    /** UTF-8 of variable length, over unsigned bytes. */
    private static Bytes text() {
        Bytes b = new Bytes().u8(0x19).u8(1).u8(UTF8).u8(0).u32(16);
        return b.u8(0x10).u8(0).u8(0).u8(0).u32(1).u16(0).u16(8);
    }

    private void scalar(Bytes to, String name, String text) {
        Bytes data = new Bytes();
        heap.refer(text, data);
        attribute(to, name, text(), space(), data);
    }

    private void list(Bytes to, String name, List<String> texts) {
        if (texts.isEmpty()) {
            attribute(to, name, floating(8, 52, 11, 1023), space(0), new Bytes());
        } else if (texts.size() <= LONGEST_LIST) {
            piece(to, name, texts);
        } else {
            for (int at = 0, i = 0; at < texts.size(); at += LONGEST_LIST, i++) {
                int end = Math.min(texts.size(), at + LONGEST_LIST);
                piece(to, name + i, texts.subList(at, end));
            }
        }
    }

    private void piece(Bytes to, String name, List<String> texts) {
        Bytes data = new Bytes();
        texts.forEach(t -> heap.refer(t, data));
        attribute(to, name, text(), space(texts.size()), data);
    }

    private static void attribute(Bytes to, String name, Bytes type, Bytes space, Bytes data) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        Bytes b = new Bytes().u8(3).u8(0);
        b.u16(utf8.length + 1).u16(type.size()).u16(space.size()).u8(UTF8);
        b.all(utf8).u8(0).all(type.toArray()).all(space.toArray()).all(data.toArray());
        message(to, ObjectHeader.ATTRIBUTE, b);
    }
}
