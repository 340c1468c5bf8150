package dev.thaw.io.hdf5;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The heap collections that hold the texts of attributes, one object for each reference. Headers
 * are made twice, in the same order: the first time to learn their sizes and fill the heap, then
 * with the heap's addresses.
 */
final class HeapWriter {
    private static final int HEAD = 16;

    /** libhdf5's least size of a collection. */
    private static final int LEAST = 4096;

    private static final int FULL = 1 << 16;

    private final List<HeapId> ids = new ArrayList<>();
    private final List<List<byte[]>> collections = new ArrayList<>();
    private final List<Long> addresses = new ArrayList<>();
    private int filled = FULL;
    private int next;
    private boolean placed;

    private record HeapId(int collection, int index) {}

    /**
     * The bytes by which an attribute refers to a text; before {@link #place}, of the right size.
     */
    void refer(String text, Bytes out) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length == 0) {
            out.zeros(HEAD);
            return;
        }
        if (!placed) {
            ids.add(add(utf8));
        }
        HeapId p = ids.get(next++ % ids.size());
        out.u32(utf8.length);
        out.u64(addresses.get(p.collection));
        out.u32(p.index);
    }

    private HeapId add(byte[] utf8) {
        if (filled + utf8.length > FULL) {
            collections.add(new ArrayList<>());
            addresses.add(0L);
            filled = 0;
        }
        List<byte[]> last = collections.get(collections.size() - 1);
        last.add(utf8);
        filled += HEAD + utf8.length + 7;
        return new HeapId(collections.size() - 1, last.size());
    }

    /** Fixes the addresses, and returns the one after the last collection. */
    long place(long from) {
        placed = true;
        next = 0;
        long at = from;
        for (int i = 0; i < collections.size(); i++) {
            addresses.set(i, at);
            at += size(collections.get(i));
        }
        return at;
    }

    private static long size(List<byte[]> texts) {
        long n = HEAD;
        for (byte[] t : texts) {
            n += HEAD + padded(t.length);
        }
        return Math.max(LEAST, n);
    }

    private static int padded(int n) {
        return (n + 7) / 8 * 8;
    }

    void writeTo(OutputStream out) throws IOException {
        for (List<byte[]> texts : collections) {
            long size = size(texts);
            Bytes b = new Bytes().ascii("GCOL").u8(1).zeros(3).u64(size);
            for (int i = 0; i < texts.size(); i++) {
                byte[] t = texts.get(i);
                b.u16(i + 1).u16(1).u32(0).u64(t.length);
                b.all(t).zeros(padded(t.length) - t.length);
            }
            int free = (int) (size - b.size());
            if (free >= HEAD) {
                b.u16(0).u16(0).u32(0).u64(free);
            }
            out.write(b.zeros((int) (size - b.size())).toArray());
        }
    }
}
