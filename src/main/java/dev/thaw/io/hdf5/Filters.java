package dev.thaw.io.hdf5;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** How chunks were packed: gzip, the shuffling of bytes, and a checksum that is not compared. */
record Filters(List<Filter> steps) {
    static final int MAX_CHUNK = 64 << 20;

    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int FLETCHER = 3;
    private static final int MAX_STEPS = 8;

    /** One step of packing; unpacking goes backwards. */
    record Filter(int id, boolean optional) {}

    static Filters of(ObjectHeader h) {
        return h.find(ObjectHeader.FILTERS).map(Filters::read).orElse(new Filters(List.of()));
    }

    private static Filters read(Cursor c) {
        int version = c.u8();
        int n = c.u8();
        if (version != 1 && version != 2 || n > MAX_STEPS) {
            throw c.damaged(
                    "filters must have version 1 or 2 and be at most 8, got version %s and %s"
                            .formatted(version, n));
        }
        c.skip(version == 1 ? 6 : 0);
        List<Filter> steps = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int id = c.u16();
            int nameLength = version == 1 || id >= 256 ? c.u16() : 0;
            int flags = c.u16();
            int values = c.u16();
            c.skip(version == 1 ? (nameLength + 7L) / 8 * 8 : nameLength);
            c.skip(4L * values + (version == 1 && values % 2 == 1 ? 4 : 0));
            if (id != DEFLATE && id != SHUFFLE && id != FLETCHER) {
                throw c.unsupported("chunks may be packed by gzip and shuffle, got filter " + id);
            }
            steps.add(new Filter(id, (flags & 1) != 0));
        }
        return new Filters(List.copyOf(steps));
    }

    boolean deflates() {
        return steps.stream().anyMatch(f -> f.id == DEFLATE);
    }

    /** The {@code size} bytes of a chunk from its stored ones. */
    byte[] unpack(
            byte[] stored, long skipped, int size, int elementSize, Metadata m, String place) {
        byte[] bytes = stored;
        for (int i = steps.size() - 1; i >= 0; i--) {
            if ((skipped >> i & 1) != 0) {
                continue;
            }
            bytes =
                    switch (steps.get(i).id) {
                        case DEFLATE -> inflate(bytes, packedSize(i, size), m, place);
                        case SHUFFLE -> unshuffle(bytes, elementSize);
                        default -> withoutChecksum(bytes, m, place);
                    };
        }
        if (bytes.length != size) {
            throw m.damaged(
                    place, "a chunk must unpack to %s bytes, got %s".formatted(size, bytes.length));
        }
        return bytes;
    }

    /** What a step must give back: the chunk, with the checksums of the steps before it. */
    private int packedSize(int step, int size) {
        return size
                + 4 * (int) steps.subList(0, step).stream().filter(f -> f.id == FLETCHER).count();
    }

    private static byte[] inflate(byte[] packed, int limit, Metadata m, String place) {
        Inflater z = new Inflater();
        try {
            z.setInput(packed);
            byte[] out = new byte[(int) Math.min(limit, 1032L * packed.length + 64)];
            int n = 0;
            while (n < out.length && !z.finished()) {
                int k = z.inflate(out, n, out.length - n);
                if (k == 0 && (z.needsInput() || z.needsDictionary())) {
                    break;
                }
                n += k;
            }
            // only past its last byte is the stream's own checksum compared
            if (n == out.length && z.inflate(new byte[1]) > 0 || !z.finished()) {
                throw m.damaged(
                        place, "a chunk's gzip data must end after %s bytes".formatted(limit));
            }
            return n == out.length ? out : Arrays.copyOf(out, n);
        } catch (DataFormatException e) {
            throw m.damaged(place, "a chunk's gzip data is broken: " + e.getMessage());
        } finally {
            z.end();
        }
    }

    private static byte[] unshuffle(byte[] in, int width) {
        int n = in.length / width;
        byte[] out = in.clone(); // a remainder stays where it is
        for (int b = 0; b < width; b++) {
            for (int i = 0; i < n; i++) {
                out[i * width + b] = in[b * n + i];
            }
        }
        return out;
    }

    private static byte[] withoutChecksum(byte[] in, Metadata m, String place) {
        if (in.length < 4) {
            throw m.damaged(
                    place, "a chunk must have its checksum, it has %s bytes".formatted(in.length));
        }
        return Arrays.copyOf(in, in.length - 4);
    }
}
