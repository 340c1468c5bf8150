package dev.thaw.io.hdf5;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The file as the structure's readers see it. Every read of metadata is charged to a budget that
 * grows with the file, so no chain of references, however it is tied, costs more than a multiple of
 * the file's length.
 */
final class Metadata {
    /** The address that means "none". */
    static final long UNDEFINED = -1;

    /** One block of metadata; libhdf5 itself stays far below. */
    private static final int MAX_BLOCK = 64 << 20;

    /** A lawful file is read once; superblock, shared heaps and small files get some slack. */
    private static final int BUDGET_PER_BYTE = 4;

    private static final long BUDGET_SLACK = 1 << 20;

    /** What a read costs however short it is. */
    private static final int CHARGE = 16;

    private static final int WINDOW = 8192;

    private static final int PLAIN_LENGTH = 80;

    private final ByteSource source;
    private final long base;
    private long budget;
    private byte[] window = new byte[0];
    private long windowStart;

    Metadata(ByteSource source, long base) {
        this.source = source;
        this.base = base;
        this.budget = BUDGET_SLACK + BUDGET_PER_BYTE * source.length();
    }

    /** The same file with a budget of its own, for what is read after the structure. */
    Metadata anew() {
        return new Metadata(source, base);
    }

    String file() {
        return source.name();
    }

    /** The bytes that addresses can reach. */
    long length() {
        return source.length() - base;
    }

    /** Asks that [address, address + length) lies within the file. */
    void check(long address, long length, String place) {
        if (address < 0 || length < 0 || length > length() - address) {
            throw damaged(
                    place,
                    "the bytes [%s, +%s) must lie within the %s bytes of the file"
                            .formatted(address, length, length()));
        }
    }

    /** Metadata at an address. */
    Cursor block(long address, long length, String place) {
        check(address, length, place);
        if (length > MAX_BLOCK) {
            throw damaged(place, "a block of metadata has at most 64 MiB, got " + length);
        }
        charge(length + CHARGE, place);
        return new Cursor(bytes(base + address, (int) length), file(), place);
    }

    /** Structure comes in small pieces that lie together, so more is read than asked for. */
    private byte[] bytes(long at, int length) {
        if (length > WINDOW / 2) {
            return source.read(at, length);
        }
        if (at < windowStart || at + length > windowStart + window.length) {
            window = source.read(at, (int) Math.min(WINDOW, source.length() - at));
            windowStart = at;
        }
        int from = (int) (at - windowStart);
        return Arrays.copyOfRange(window, from, from + length);
    }

    /** Takes bytes from the budget: those read, and those kept for what was read. */
    void charge(long bytes, String place) {
        budget -= bytes;
        if (budget < 0) {
            throw damaged(place, "the structure refers to the same bytes again and again");
        }
    }

    /** Metadata at an address, up to {@code length} bytes or the file's end. */
    Cursor blockUpTo(long address, long length, String place) {
        check(address, 0, place);
        return block(address, Math.min(length, length() - address), place);
    }

    /** Fills a buffer with a dataset's bytes, whose place was checked before. */
    void data(long address, ByteBuffer into) {
        source.read(base + address, into);
    }

    FileFormatException damaged(String place, String rule) {
        return new FileFormatException(file(), place, rule, FileFormatException.DAMAGED);
    }

    FileFormatException unsupported(String place, String rule) {
        return new FileFormatException(file(), place, rule, FileFormatException.UNSUPPORTED);
    }

    /** Foreign text made short enough for a message. */
    static String plain(String s) {
        return s.length() <= PLAIN_LENGTH ? s : s.substring(0, PLAIN_LENGTH) + "...";
    }
}
