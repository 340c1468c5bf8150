package dev.thaw.io.hdf5;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/** HDF5 files that nobody makes by accident. */
public final class HostileHdf5 {
    private static final int MIB = 1 << 20;

    private HostileHdf5() {}

    /** The files by what they try. */
    public static Map<String, byte[]> files() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        shapes(all);
        references(all);
        texts(all);
        chunks(all);
        all.put("one value of 1 MiB claimed by 5000 datasets", sameValues());
        all.put("100000 links to one dataset", manyLinks());
        all.put("100000 groups in each other", deep());
        all.put("names of 60 KB, 150 deep", longPaths());
        return all;
    }

    private static void shapes(Map<String, byte[]> all) {
        long[][] shapes = {
            {1L << 40}, {1L << 32, 1L << 32}, {Long.MAX_VALUE}, {0, 1L << 62}, {1 << 30, 1}
        };
        for (long[] dims : shapes) {
            RawHdf5 f = new RawHdf5();
            long data = f.put(new byte[8]);
            long size = dims.length == 1 ? dims[0] << 2 : 1L << 62;
            long d = f.dataset(RawHdf5.contiguous(data, size), false, dims);
            all.put("shape " + java.util.Arrays.toString(dims), f.end(f.group("x", d)));
        }
        RawHdf5 f = new RawHdf5();
        long[] dims = new long[200];
        java.util.Arrays.fill(dims, 1);
        long d = f.dataset(RawHdf5.contiguous(f.put(new byte[8]), 4), false, dims);
        all.put("200 axes", f.end(f.group("x", d)));
    }

    private static void references(Map<String, byte[]> all) {
        RawHdf5 self = new RawHdf5();
        all.put("a group in itself", self.end(self.group("x", self.next())));
        RawHdf5 two = new RawHdf5();
        long first = two.next();
        int size = (RawHdf5.groupBytes("x", 0L).length + 7) / 8 * 8;
        two.group("x", first + size);
        two.group("x", first);
        all.put("two groups in each other", two.end(first));
        RawHdf5 more = new RawHdf5();
        long block = more.next();
        Bytes again = RawHdf5.message(0x10, new Bytes().u64(block).u64(32));
        Bytes piece = new Bytes().ascii("OCHK").all(again.toArray());
        more.put(piece.zeros(32 - 4 - piece.size()).checksum().toArray());
        all.put("a header that goes on in itself", more.end(more.header(again)));
        RawHdf5 outside = new RawHdf5();
        all.put("a link out of the file", outside.end(outside.group("x", 1L << 60)));
        RawHdf5 nowhere = new RawHdf5();
        all.put("a link to nowhere", nowhere.end(nowhere.group("x", -1L)));
        RawHdf5 front = new RawHdf5();
        all.put("a link to the superblock", front.end(front.group("x", 0L)));
    }

    private static void texts(Map<String, byte[]> all) {
        RawHdf5 same = new RawHdf5();
        long heap =
                same.put(
                        new Bytes()
                                .ascii("GCOL")
                                .u8(1)
                                .zeros(3)
                                .u64(MIB + 32)
                                .u16(1)
                                .u16(1)
                                .u32(0)
                                .u64(MIB)
                                .zeros(MIB)
                                .toArray());
        Bytes references = new Bytes();
        for (int i = 0; i < 4000; i++) {
            references.u32(MIB).u64(heap).u32(1);
        }
        Bytes list =
                RawHdf5.attribute("names", RawHdf5.variableText(), RawHdf5.space(4000), references);
        all.put("4000 texts that are one of 1 MiB", same.end(same.header(info(), list)));
        RawHdf5 fixed = new RawHdf5();
        Bytes large =
                RawHdf5.attribute(
                        "a", RawHdf5.fixedText(0x7FFFFFFF), RawHdf5.space(1), new Bytes().u64(0));
        all.put("a text of 2 GiB", fixed.end(fixed.header(info(), large)));
        RawHdf5 many = new RawHdf5();
        Bytes count =
                RawHdf5.attribute(
                        "a", RawHdf5.fixedText(1), RawHdf5.space(1L << 40), new Bytes().u64(0));
        all.put("2^40 texts", many.end(many.header(info(), count)));
        RawHdf5 outside = new RawHdf5();
        Bytes reference = new Bytes().u32(0xFFFFFFFFL).u64(RawHdf5.SUPERBLOCK).u32(1);
        Bytes text = RawHdf5.attribute("a", RawHdf5.variableText(), RawHdf5.space(1), reference);
        all.put("a text in no heap", outside.end(outside.header(info(), text)));
    }

    private static Bytes info() {
        return RawHdf5.message(ObjectHeader.LINK_INFO, new Bytes().u16(0).u64(-1).u64(-1));
    }

    private static void chunks(Map<String, byte[]> all) {
        byte[] packed = deflate(new byte[60 * MIB]);
        long n = 60L * MIB / 4;
        RawHdf5 bombs = new RawHdf5();
        List<Object> links = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            long at = bombs.put(packed);
            links.add("x" + i);
            links.add(bombs.dataset(RawHdf5.oneChunk(at, packed.length, n), true, n));
        }
        all.put("40 chunks of 60 MiB zeros each", bombs.end(bombs.group(links.toArray())));
        all.put("a chunk with more in it than it says", chunk(packed, 1000));
        all.put("a chunk with less in it than it says", chunk(deflate(new byte[MIB]), MIB));
        all.put("a chunk of 4 GiB", chunk(packed, 1L << 30));
        RawHdf5 lost = new RawHdf5();
        Bytes one = RawHdf5.oneChunk(lost.put(packed), packed.length, 1);
        all.put(
                "2^30 chunks, one stored",
                lost.end(lost.group("x", lost.dataset(one, true, 1 << 30))));
    }

    private static byte[] chunk(byte[] packed, long n) {
        RawHdf5 f = new RawHdf5();
        Bytes layout = RawHdf5.oneChunk(f.put(packed), packed.length, n);
        return f.end(f.group("x", f.dataset(layout, true, n)));
    }

    private static byte[] sameValues() {
        RawHdf5 f = new RawHdf5();
        long at = f.put(new byte[MIB]);
        List<Object> links = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            links.add("x" + i);
            links.add(f.dataset(RawHdf5.contiguous(at, MIB), false, MIB / 4));
        }
        return f.end(f.group(links.toArray()));
    }

    private static byte[] manyLinks() {
        RawHdf5 f = new RawHdf5();
        long d = f.dataset(RawHdf5.contiguous(f.put(new byte[8]), 8), false, 2);
        Object[] links = new Object[200_000];
        for (int i = 0; i < links.length; i += 2) {
            links[i] = "x" + i;
            links[i + 1] = d;
        }
        return f.end(f.group(links));
    }

    private static byte[] deep() {
        RawHdf5 f = new RawHdf5();
        long at = f.group();
        for (int i = 0; i < 100_000; i++) {
            at = f.group("x", at);
        }
        return f.end(at);
    }

    private static byte[] longPaths() {
        RawHdf5 f = new RawHdf5();
        long at = f.group();
        for (int i = 0; i < 150; i++) {
            at = f.group("x".repeat(60_000), at);
        }
        return f.end(at);
    }

    private static byte[] deflate(byte[] contents) {
        Deflater d = new Deflater(9);
        d.setInput(contents);
        d.finish();
        byte[] buffer = new byte[1 << 16];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        while (!d.finished()) {
            packed.write(buffer, 0, d.deflate(buffer));
        }
        d.end();
        return packed.toByteArray();
    }
}
