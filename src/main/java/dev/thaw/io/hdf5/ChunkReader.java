package dev.thaw.io.hdf5;

import dev.thaw.file.NumberDecoder;
import dev.thaw.tensor.Shape;

import java.nio.ByteBuffer;

/** Unpacks chunks and puts their rows where they belong. */
final class ChunkReader {
    /** Deflate cannot do better than this many bytes from one. */
    private static final int BEST_RATIO = 1032;

    private final Metadata m;
    private final String path;
    private final Datatype type;
    private final int[] dims;
    private final Layout.Chunked layout;

    ChunkReader(Metadata m, String path, Datatype type, Shape shape, Layout.Chunked layout) {
        this.m = m;
        this.path = path;
        this.type = type;
        this.dims = shape.toArray();
        this.layout = layout;
    }

    NumberDecoder read() {
        int size = type.size();
        for (int extent : layout.box()) {
            size *= extent;
        }
        for (Layout.Chunk k : layout.chunks()) {
            checkSize(k, size);
        }
        Shape shape = Shape.of(dims);
        NumberDecoder numbers = new NumberDecoder(type.number(), (int) shape.size());
        for (Layout.Chunk k : layout.chunks()) {
            ByteBuffer stored = ByteBuffer.allocate((int) k.length());
            m.data(k.address(), stored);
            byte[] bytes =
                    layout.filters()
                            .unpack(stored.array(), k.skipped(), size, type.size(), m, path);
            scatter(k.corner(), ByteBuffer.wrap(bytes), numbers);
        }
        return numbers;
    }

    /** Before anything is allocated: what is stored must be able to give this many bytes. */
    private void checkSize(Layout.Chunk k, int size) {
        long most = layout.filters().deflates() ? (k.length() + 1) * BEST_RATIO : k.length();
        if (most < size || k.length() > 2L * Filters.MAX_CHUNK) {
            throw m.damaged(
                    path,
                    "a chunk must have %s bytes, the stored %s cannot give them"
                            .formatted(size, k.length()));
        }
    }

    /** Copies the part of a box that lies within the dataset, row by row of the last axis. */
    private void scatter(long[] corner, ByteBuffer box, NumberDecoder numbers) {
        int last = dims.length - 1;
        int[] at = new int[dims.length];
        int width = Math.min(layout.box()[last], dims[last] - (int) corner[last]) * type.size();
        boolean more = true;
        while (more) {
            long from = 0;
            long to = 0;
            for (int a = 0; a <= last; a++) {
                from = from * layout.box()[a] + at[a];
                to = to * dims[a] + corner[a] + at[a];
            }
            numbers.put((int) to, box.slice((int) from * type.size(), width));
            more = advance(at, corner);
        }
    }

    /** The next row of the box that lies within the dataset. */
    private boolean advance(int[] at, long[] corner) {
        for (int a = dims.length - 2; a >= 0; a--) {
            at[a]++;
            if (at[a] < layout.box()[a] && corner[a] + at[a] < dims[a]) {
                return true;
            }
            at[a] = 0;
        }
        return false;
    }
}
