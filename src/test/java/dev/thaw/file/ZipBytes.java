package dev.thaw.file;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A zip archive written by hand, honest by default, with every field open to lies. */
public final class ZipBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int entries;

    /** What an entry says of itself. */
    public record Claim(
            String name, int method, int flags, long crc, long packed, long size, long offset) {
        /** The same with another size. */
        public Claim withSize(long s) {
            return new Claim(name, method, flags, crc, packed, s, offset);
        }

        /** The same with another packed size. */
        public Claim withPacked(long p) {
            return new Claim(name, method, flags, crc, p, size, offset);
        }

        /** The same with another checksum. */
        public Claim withCrc(long c) {
            return new Claim(name, method, flags, c, packed, size, offset);
        }

        /** The same at another place. */
        public Claim withOffset(long o) {
            return new Claim(name, method, flags, crc, packed, size, o);
        }

        /** The same with another method. */
        public Claim withMethod(int m) {
            return new Claim(name, m, flags, crc, packed, size, offset);
        }

        /** The same with other flags. */
        public Claim withFlags(int f) {
            return new Claim(name, method, f, crc, packed, size, offset);
        }

        /** The same with another name in the directory. */
        public Claim withName(String n) {
            return new Claim(n, method, flags, crc, packed, size, offset);
        }
    }

    /** Writes an entry's own header and data, and returns what the directory should say. */
    public Claim data(String name, byte[] contents, boolean deflate) {
        byte[] stored = deflate ? deflate(contents) : contents;
        CRC32 crc = new CRC32();
        crc.update(contents);
        int method = deflate ? 8 : 0;
        Claim c =
                new Claim(
                        name,
                        method,
                        0,
                        crc.getValue(),
                        stored.length,
                        contents.length,
                        out.size());
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        put(out, 0x04034B50, 4);
        put(out, 20, 2);
        put(out, 0, 2);
        put(out, method, 2);
        put(out, 0, 4);
        put(out, c.crc, 4);
        put(out, stored.length, 4);
        put(out, contents.length, 4);
        put(out, utf8.length, 2);
        put(out, 0, 2);
        out.writeBytes(utf8);
        out.writeBytes(stored);
        return c;
    }

    /** Writes a claim to the directory. */
    public ZipBytes claim(Claim c) {
        boolean large = c.size > 0xFFFFFFFEL || c.packed > 0xFFFFFFFEL || c.offset > 0xFFFFFFFEL;
        return claim(c, large);
    }

    /** Writes a claim to the directory, with its numbers in a ZIP64 field or not. */
    public ZipBytes claim(Claim c, boolean zip64) {
        byte[] utf8 = c.name.getBytes(StandardCharsets.UTF_8);
        put(directory, 0x02014B50, 4);
        put(directory, 20, 2);
        put(directory, 20, 2);
        put(directory, c.flags, 2);
        put(directory, c.method, 2);
        put(directory, 0, 4);
        put(directory, c.crc, 4);
        put(directory, zip64 ? -1 : c.packed, 4);
        put(directory, zip64 ? -1 : c.size, 4);
        put(directory, utf8.length, 2);
        put(directory, zip64 ? 28 : 0, 2);
        put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, 0, 4);
        put(directory, zip64 ? -1 : c.offset, 4);
        directory.writeBytes(utf8);
        if (zip64) {
            put(directory, 1, 2);
            put(directory, 24, 2);
            put(directory, c.size, 8);
            put(directory, c.packed, 8);
            put(directory, c.offset, 8);
        }
        entries++;
        return this;
    }

    /** The whole archive. */
    public byte[] end(String comment) {
        long start = out.size();
        out.writeBytes(directory.toByteArray());
        end(entries, directory.size(), start, comment);
        return out.toByteArray();
    }

    /** The whole archive, its end with ZIP64 numbers. */
    public byte[] end64() {
        long start = out.size();
        out.writeBytes(directory.toByteArray());
        long end = out.size();
        put(out, 0x06064B50, 4);
        put(out, 44, 8);
        put(out, 45, 2);
        put(out, 45, 2);
        put(out, 0, 8);
        put(out, entries, 8);
        put(out, entries, 8);
        put(out, directory.size(), 8);
        put(out, start, 8);
        put(out, 0x07064B50, 4);
        put(out, 0, 4);
        put(out, end, 8);
        put(out, 1, 4);
        end(0xFFFF, -1, -1, "");
        return out.toByteArray();
    }

    private void end(int count, long size, long start, String comment) {
        put(out, 0x06054B50, 4);
        put(out, 0, 4);
        put(out, count, 2);
        put(out, count, 2);
        put(out, size, 4);
        put(out, start, 4);
        put(out, comment.length(), 2);
        out.writeBytes(comment.getBytes(StandardCharsets.US_ASCII));
    }

    private static void put(ByteArrayOutputStream to, long v, int width) {
        for (int i = 0; i < width; i++) {
            to.write((int) (v >> 8 * i));
        }
    }

    private static byte[] deflate(byte[] contents) {
        Deflater d = new Deflater(9, true);
        d.setInput(contents);
        d.finish();
        byte[] buffer = new byte[1 << 16];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        while (!d.finished()) {
            packed.write(buffer, 0, d.deflate(buffer));
        }
        d.end();
        return packed.toByteArray();
    }
}
