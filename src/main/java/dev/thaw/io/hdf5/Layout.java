package dev.thaw.io.hdf5;

import java.util.List;

/** Where a dataset's values are. */
sealed interface Layout {
    /** The bytes of the file that it claims. */
    long storedBytes();

    /** One run of bytes. */
    record Contiguous(long address, long storedBytes) implements Layout {}

    /** In the object's header itself. */
    record Compact(Cursor data) implements Layout {
        @Override
        public long storedBytes() {
            return data.size();
        }
    }

    /** Boxes of equal extents, each stored for itself. */
    record Chunked(int[] box, Filters filters, List<Chunk> chunks) implements Layout {
        @Override
        public long storedBytes() {
            return chunks.stream().mapToLong(Chunk::length).sum();
        }
    }

    /**
     * One box.
     *
     * @param corner its least index on each axis
     * @param skipped a bit for each filter that was not applied
     */
    record Chunk(long[] corner, long address, long length, long skipped) {}
}
