package dev.thaw.io.hdf5;

import dev.thaw.file.NumberEncoder;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every part of a file its place: superblock, headers (a group before its children), heap
 * collections, values. Sizes do not depend on addresses, so one pass finds the addresses and a
 * second writes.
 */
final class FileLayout {
    private static final int SUPERBLOCK = 48;
    private static final int ALIGNMENT = 8;

    private final List<Hdf5Builder.Node> nodes = new ArrayList<>();
    private final Map<Hdf5Builder.Node, Long> headers = new IdentityHashMap<>();
    private final Map<Hdf5Builder.Node, Long> values = new IdentityHashMap<>();
    private final HeapWriter heap = new HeapWriter();
    private final Headers format;
    private long end;

    FileLayout(Hdf5Builder.GroupNode root) {
        format = new Headers(headers, values, heap);
        collect(root);
        end = SUPERBLOCK;
        List<Integer> sizes = new ArrayList<>();
        for (Hdf5Builder.Node n : nodes) {
            headers.put(n, 0L);
            values.put(n, 0L);
        }
        for (Hdf5Builder.Node n : nodes) {
            sizes.add(format.of(n).length);
        }
        for (int i = 0; i < nodes.size(); i++) {
            headers.put(nodes.get(i), end);
            end = aligned(end + sizes.get(i));
        }
        end = heap.place(end);
        for (Hdf5Builder.Node n : nodes) {
            if (n instanceof Hdf5Builder.DatasetNode d && d.value().size() > 0) {
                values.put(n, end);
                end = aligned(end + NumberEncoder.bytes(d.value()));
            }
        }
    }

    private void collect(Hdf5Builder.Node n) {
        nodes.add(n);
        if (n instanceof Hdf5Builder.GroupNode g) {
            g.children().values().forEach(this::collect);
        }
    }

    private static long aligned(long at) {
        return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    long size() {
        return end;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(superblock());
        for (Hdf5Builder.Node n : nodes) {
            padded(out, format.of(n));
        }
        heap.writeTo(out);
        for (Hdf5Builder.Node n : nodes) {
            if (n instanceof Hdf5Builder.DatasetNode d) {
                values(out, d.value());
            }
        }
    }

    private byte[] superblock() {
        return new Bytes()
                .u8(0x89)
                .ascii("HDF\r\n")
                .u8(0x1A)
                .ascii("\n")
                .u8(2) // version
                .u8(8) // bytes of an address
                .u8(8) // bytes of a length
                .u8(0)
                .u64(0) // base
                .u64(Metadata.UNDEFINED)
                .u64(end)
                .u64(SUPERBLOCK) // the root's header
                .checksum()
                .toArray();
    }

    private static void padded(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.write(new byte[(int) (aligned(bytes.length) - bytes.length)]);
    }

    private static void values(OutputStream out, Tensor t) throws IOException {
        NumberEncoder.write(t, out);
        long bytes = NumberEncoder.bytes(t);
        out.write(new byte[(int) (aligned(bytes) - bytes)]);
    }
}
