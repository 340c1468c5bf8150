package dev.thaw.io.hdf5;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The boxes into which a dataset is cut: each must be stored, once, within the file. */
final class ChunkGrid {
    private final Metadata m;
    private final String place;
    private final long[] dims;
    private final int[] box;
    private final long[] along;
    private final long chunkBytes;
    private final long count;

    ChunkGrid(Metadata m, long[] dims, int[] box, int elementSize, String place) {
        this.m = m;
        this.place = place;
        this.dims = dims;
        this.box = box;
        this.along = new long[box.length];
        long bytes = elementSize;
        long n = 1;
        for (int i = 0; i < box.length; i++) {
            along[i] = (dims[i] - 1) / box[i] + 1;
            bytes *= box[i];
            n = n > Integer.MAX_VALUE ? n : along[i] > Integer.MAX_VALUE ? along[i] : n * along[i];
        }
        this.chunkBytes = bytes;
        this.count = n;
    }

    int rank() {
        return box.length;
    }

    /** How many boxes there are; too large a number beyond 2^31. */
    long count() {
        return count;
    }

    /** The bytes of one unpacked box. */
    long chunkBytes() {
        return chunkBytes;
    }

    /** The memory that knowing a chunk takes. */
    long chargePerChunk() {
        return 64 + 8L * rank();
    }

    /** The corner of the box with this row-major number. */
    long[] corner(long number) {
        long[] corner = new long[box.length];
        long rest = number;
        for (int a = box.length - 1; a >= 0; a--) {
            corner[a] = rest % along[a] * box[a];
            rest /= along[a];
        }
        return corner;
    }

    /** The corner of the box with these numbers on each axis. */
    long[] corner(long[] scaled, Cursor c) {
        long[] corner = new long[box.length];
        for (int a = 0; a < box.length; a++) {
            if (scaled[a] >= along[a]) {
                throw c.damaged("a chunk must lie within the dataset, got " + scaled[a]);
            }
            corner[a] = scaled[a] * box[a];
        }
        return corner;
    }

    /** Asks for every box, once. */
    List<Layout.Chunk> checked(List<Layout.Chunk> chunks) {
        if (chunks.size() != count) {
            throw m.unsupported(
                    place,
                    "all of its %s chunks must be stored, there are %s"
                            .formatted(count, chunks.size()));
        }
        Set<List<Long>> corners = new HashSet<>();
        for (Layout.Chunk k : chunks) {
            for (int i = 0; i < box.length; i++) {
                if (k.corner()[i] % box[i] != 0 || k.corner()[i] >= dims[i]) {
                    throw m.damaged(
                            place,
                            "a chunk's corner must be on the grid, got "
                                    + Arrays.toString(k.corner()));
                }
            }
            m.check(k.address(), k.length(), place);
            if (!corners.add(Arrays.stream(k.corner()).boxed().toList())) {
                throw m.damaged(
                        place,
                        "the chunk at %s is there twice".formatted(Arrays.toString(k.corner())));
            }
        }
        return List.copyOf(chunks);
    }
}
