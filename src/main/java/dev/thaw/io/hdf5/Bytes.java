package dev.thaw.io.hdf5;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Little-endian metadata under construction. */
final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int v) {
        out.write(v);
        return this;
    }

    Bytes u16(int v) {
        return number(v, 2);
    }

    Bytes u32(long v) {
        return number(v, 4);
    }

    Bytes u64(long v) {
        return number(v, 8);
    }

    Bytes number(long v, int width) {
        for (int i = 0; i < width; i++) {
            out.write((int) (v >> 8 * i));
        }
        return this;
    }

    Bytes ascii(String s) {
        return all(s.getBytes(StandardCharsets.US_ASCII));
    }

    Bytes all(byte[] b) {
        out.writeBytes(b);
        return this;
    }

    Bytes zeros(int n) {
        return all(new byte[n]);
    }

    /** The lookup3 checksum of all so far. */
    Bytes checksum() {
        byte[] b = out.toByteArray();
        return u32(Checksums.of(b, 0, b.length));
    }

    int size() {
        return out.size();
    }

    byte[] toArray() {
        return out.toByteArray();
    }
}
