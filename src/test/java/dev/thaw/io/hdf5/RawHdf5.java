package dev.thaw.io.hdf5;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HDF5 file put together by hand, header by header, so that it may say anything. */
final class RawHdf5 {
    static final int SUPERBLOCK = 48;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    RawHdf5() {
        out.writeBytes(new byte[SUPERBLOCK]);
    }

    /** Where the next bytes go. */
    long next() {
        while (out.size() % 8 != 0) {
            out.write(0);
        }
        return out.size();
    }

    /** Puts bytes down and returns their address. */
    long put(byte[] bytes) {
        long at = next();
        out.writeBytes(bytes);
        return at;
    }

    /** Puts down a header of version 2. */
    long header(Bytes... messages) {
        return put(headerBytes(messages));
    }

    static byte[] headerBytes(Bytes... messages) {
        int size = 0;
        for (Bytes m : messages) {
            size += m.size();
        }
        Bytes b = new Bytes().ascii("OHDR").u8(2).u8(2).u32(size);
        for (Bytes m : messages) {
            b.all(m.toArray());
        }
        return b.checksum().toArray();
    }

    static Bytes message(int type, Bytes body) {
        return new Bytes().u8(type).u16(body.size()).u8(0).all(body.toArray());
    }

    /** A group of links that are name, address, name, address, ... */
    long group(Object... links) {
        return put(groupBytes(links));
    }

    static byte[] groupBytes(Object... links) {
        List<Bytes> messages = new ArrayList<>();
        messages.add(message(ObjectHeader.LINK_INFO, new Bytes().u16(0).u64(-1).u64(-1)));
        for (int i = 0; i < links.length; i += 2) {
            messages.add(link((String) links[i], (Long) links[i + 1]));
        }
        return headerBytes(messages.toArray(Bytes[]::new));
    }

    static Bytes link(String name, long address) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        Bytes b = new Bytes().u8(1).u8(1).u16(utf8.length).all(utf8).u64(address);
        return message(ObjectHeader.LINK, b);
    }

    static Bytes space(long... dims) {
        Bytes b = new Bytes().u8(2).u8(dims.length).u8(0).u8(1);
        for (long d : dims) {
            b.u64(d);
        }
        return b;
    }

    static Bytes float32() {
        Bytes b = new Bytes().u8(0x11).u8(0x20).u8(31).u8(0).u32(4).u16(0).u16(32);
        return b.u8(23).u8(8).u8(0).u8(23).u32(127);
    }

    static Bytes contiguous(long address, long size) {
        return new Bytes().u8(3).u8(1).u64(address).u64(size);
    }

    /** One chunk for all, packed by gzip. */
    static Bytes oneChunk(long address, long stored, long... dims) {
        Bytes b = new Bytes().u8(4).u8(2).u8(2).u8(dims.length + 1).u8(8);
        for (long d : dims) {
            b.u64(d);
        }
        return b.u64(4).u8(1).u64(stored).u32(0).u64(address);
    }

    long dataset(Bytes layout, boolean gzip, long... dims) {
        Bytes filters = new Bytes().u8(2).u8(gzip ? 1 : 0);
        if (gzip) {
            filters.u16(1).u16(0).u16(1).u32(6);
        }
        return header(
                message(ObjectHeader.DATASPACE, space(dims)),
                message(ObjectHeader.DATATYPE, float32()),
                message(ObjectHeader.FILTERS, filters),
                message(ObjectHeader.LAYOUT, layout));
    }

    /** An attribute with these parts. */
    static Bytes attribute(String name, Bytes type, Bytes space, Bytes data) {
        Bytes b = new Bytes().u8(3).u8(0);
        b.u16(name.length() + 1).u16(type.size()).u16(space.size()).u8(0).ascii(name).u8(0);
        b.all(type.toArray()).all(space.toArray()).all(data.toArray());
        return message(ObjectHeader.ATTRIBUTE, b);
    }

    static Bytes fixedText(long size) {
        return new Bytes().u8(0x13).u8(0).u8(0).u8(0).u32(size);
    }

    static Bytes variableText() {
        Bytes b = new Bytes().u8(0x19).u8(1).u8(1).u8(0).u32(16);
        return b.u8(0x10).u8(0).u8(0).u8(0).u32(1).u16(0).u16(8);
    }

    /** The whole file, whose root is at an address. */
    byte[] end(long root) {
        byte[] b = out.toByteArray();
        byte[] front =
                new Bytes()
                        .u8(0x89)
                        .ascii("HDF\r\n")
                        .u8(0x1A)
                        .ascii("\n")
                        .u8(2)
                        .u8(8)
                        .u8(8)
                        .u8(0)
                        .u64(0)
                        .u64(-1)
                        .u64(b.length)
                        .u64(root)
                        .checksum()
                        .toArray();
        System.arraycopy(front, 0, b, 0, front.length);
        return b;
    }
}
