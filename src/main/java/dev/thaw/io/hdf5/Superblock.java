package dev.thaw.io.hdf5;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;

import java.util.Arrays;

/** The front of an HDF5 file, versions 0 to 3: where the root group is. */
record Superblock(Metadata metadata, long rootAddress) {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
    private static final int WIDTH = 8;
    private static final String PLACE = "superblock";

    static Superblock read(ByteSource source) {
        long start = find(source);
        Metadata m = new Metadata(source, start);
        Cursor c = m.blockUpTo(0, 96, PLACE);
        c.skip(SIGNATURE.length);
        int version = c.u8();
        return switch (version) {
            case 0, 1 -> old(source, start, c, version);
            case 2, 3 -> recent(source, start, c);
            default -> throw c.unsupported("the version must be 0, 1, 2 or 3, got " + version);
        };
    }

    private static Superblock old(ByteSource source, long start, Cursor c, int version) {
        c.skip(4); // versions of free space, root group, reserved, shared header
        widths(c);
        c.skip(1 + 2 + 2 + 4); // reserved, B-tree ranks, flags
        if (version == 1) {
            c.skip(4);
        }
        long base = c.address();
        c.skip(WIDTH); // free space
        long end = c.address();
        c.skip(WIDTH + WIDTH); // driver, name of the root
        return new Superblock(whole(source, start, base, end, c), c.address());
    }

    private static Superblock recent(ByteSource source, long start, Cursor c) {
        widths(c);
        c.skip(1); // flags
        long base = c.address();
        c.skip(WIDTH); // extension
        long end = c.address();
        long root = c.address();
        Checksums.check(c);
        return new Superblock(whole(source, start, base, end, c), root);
    }

    private static void widths(Cursor c) {
        int offsets = c.u8();
        int lengths = c.u8();
        if (offsets != WIDTH || lengths != WIDTH) {
            throw c.unsupported(
                    "addresses and lengths must have 8 bytes, got %s and %s"
                            .formatted(offsets, lengths));
        }
    }

    /** A base address other than the signature's place appears only with a stripped user block. */
    private static Metadata whole(ByteSource source, long start, long base, long end, Cursor c) {
        if (base != 0 && base != start) {
            throw c.damaged("the base address must be 0 or %s, got %s".formatted(start, base));
        }
        if (end > source.length()) {
            throw new FileFormatException(
                    source.name(),
                    PLACE,
                    "the file must have %s bytes, it has %s: its end is missing"
                            .formatted(end, source.length()),
                    FileFormatException.DAMAGED);
        }
        return new Metadata(source, base);
    }

    /** The signature stands at 0, or after a user block of 512, 1024, 2048, ... bytes. */
    private static long find(ByteSource source) {
        long at = 0;
        while (at <= source.length() - SIGNATURE.length) {
            if (Arrays.equals(source.read(at, SIGNATURE.length), SIGNATURE)) {
                return at;
            }
            at = at == 0 ? 512 : 2 * at;
        }
        throw new FileFormatException(
                source.name(),
                "",
                "is not an HDF5 file: the signature \\x89HDF is not at its start",
                "give a .h5 file, or a .keras file with its right ending");
    }
}
