package dev.thaw.io.hdf5;

import dev.thaw.file.FileFormatException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A run of metadata bytes, read from front to back; little-endian, and never past its end. */
final class Cursor {
    private final ByteBuffer bytes;
    private final String file;
    private final String place;

    Cursor(byte[] bytes, String file, String place) {
        this(ByteBuffer.wrap(bytes), file, place);
    }

    private Cursor(ByteBuffer bytes, String file, String place) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
        this.place = place;
    }

    /** The same bytes from here, {@code length} of them, under a place that errors name. */
    Cursor part(int length, String place) {
        need(length);
        Cursor c = new Cursor(bytes.slice(bytes.position(), length), file, place);
        skip(length);
        return c;
    }

    /** A second reader of all the bytes, from their start. */
    Cursor rewound() {
        return new Cursor(bytes.duplicate().rewind(), file, place);
    }

    int u8() {
        need(1);
        return bytes.get() & 0xFF;
    }

    int u16() {
        need(2);
        return bytes.getShort() & 0xFFFF;
    }

    long u32() {
        need(4);
        return bytes.getInt() & 0xFFFFFFFFL;
    }

    /** An address, or {@link Metadata#UNDEFINED}; negative numbers but -1 are none. */
    long address() {
        need(8);
        long v = bytes.getLong();
        if (v < Metadata.UNDEFINED) {
            throw damaged("an address must lie within the file, got " + Long.toUnsignedString(v));
        }
        return v;
    }

    /** A length or count below 2^63. */
    long length() {
        need(8);
        long v = bytes.getLong();
        if (v < 0) {
            throw damaged("a length must be below 2^63, got " + Long.toUnsignedString(v));
        }
        return v;
    }

    /** An unsigned number of 1 to 8 bytes, below 2^63. */
    long number(int width) {
        need(width);
        long v = 0;
        for (int i = 0; i < width; i++) {
            v |= (bytes.get() & 0xFFL) << 8 * i;
        }
        if (v < 0) {
            throw damaged("a number must be below 2^63, got " + Long.toUnsignedString(v));
        }
        return v;
    }

    byte[] bytes(int n) {
        need(n);
        byte[] b = new byte[n];
        bytes.get(b);
        return b;
    }

    void skip(long n) {
        need(n);
        bytes.position((int) (bytes.position() + n));
    }

    void position(int at) {
        if (at < 0 || at > bytes.limit()) {
            throw damaged("byte %s must lie within the %s bytes here".formatted(at, bytes.limit()));
        }
        bytes.position(at);
    }

    int position() {
        return bytes.position();
    }

    int remaining() {
        return bytes.remaining();
    }

    int size() {
        return bytes.limit();
    }

    String place() {
        return place;
    }

    /** Asks for these characters. */
    void signature(String expected) {
        String found = new String(bytes(expected.length()), StandardCharsets.ISO_8859_1);
        if (!found.equals(expected)) {
            throw damaged(
                    "expects the signature %s, found %s"
                            .formatted(expected, Metadata.plain(found)));
        }
    }

    /** A text of {@code n} bytes; what follows a NUL in it is padding. */
    String text(int n) {
        need(n);
        int end = bytes.position();
        int stop = end + n;
        while (end < stop && bytes.get(end) != 0) {
            end++;
        }
        String s = decode(bytes.slice(bytes.position(), end - bytes.position()));
        skip(n);
        return s;
    }

    /** A text up to its NUL, which must be there. */
    String terminated() {
        int end = bytes.position();
        while (end < bytes.limit() && bytes.get(end) != 0) {
            end++;
        }
        if (end == bytes.limit()) {
            throw damaged("a name must end with a zero byte");
        }
        int n = end - bytes.position();
        String s = text(n);
        skip(1);
        return s;
    }

    private String decode(ByteBuffer utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw damaged("text must be UTF-8");
        }
    }

    private void need(long n) {
        if (n < 0 || n > bytes.remaining()) {
            throw damaged(
                    "needs %s more bytes of metadata, %s are left here"
                            .formatted(n, bytes.remaining()));
        }
    }

    FileFormatException damaged(String rule) {
        return new FileFormatException(file, place, rule, FileFormatException.DAMAGED);
    }

    FileFormatException unsupported(String rule) {
        return new FileFormatException(file, place, rule, FileFormatException.UNSUPPORTED);
    }
}
