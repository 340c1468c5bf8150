package dev.thaw.io.hdf5;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The boxes into which a dataset is cut: each must be stored, once, within the file. */
final class ChunkGrid {
    private ChunkGrid() {}

    static List<Layout.Chunk> checked(
            Metadata m, Dataspace space, int[] box, List<Layout.Chunk> chunks, String place) {
        long expected = 1;
        long[] dims = space.dims();
        for (int i = 0; i < box.length; i++) {
            long along = (dims[i] - 1) / box[i] + 1;
            expected = along > Integer.MAX_VALUE ? Long.MAX_VALUE : expected * along;
            if (expected > Integer.MAX_VALUE) {
                break;
            }
        }
        if (chunks.size() != expected) {
            throw m.unsupported(
                    place,
                    "all of its "
                            + expected
                            + " chunks must be stored, there are "
                            + chunks.size());
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
                        place, "the chunk at " + Arrays.toString(k.corner()) + " is there twice");
            }
        }
        return List.copyOf(chunks);
    }
}
