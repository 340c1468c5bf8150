package dev.thaw.io.hdf5;

/**
 * Bob Jenkins' lookup3 (hashlittle, initial value 0), by which HDF5 guards its newer structures.
 */
final class Checksums {
    private static final int START = 0xDEADBEEF;
    private static final int BLOCK = 12;

    private Checksums() {}

    /** Compares the next four bytes of {@code c} with the checksum of all bytes before them. */
    static void check(Cursor c) {
        int n = c.position();
        Cursor front = c.rewound();
        int expected = of(front.bytes(n), 0, n);
        int found = (int) c.u32();
        if (expected != found) {
            throw c.damaged(
                    String.format("the checksum must be 0x%08x, found 0x%08x", expected, found));
        }
    }

    static int of(byte[] k, int from, int length) {
        int a = START + length;
        int b = a;
        int c = a;
        int at = from;
        int left = length;
        while (left > BLOCK) {
            a += word(k, at, 4);
            b += word(k, at + 4, 4);
            c += word(k, at + 8, 4);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
            at += BLOCK;
            left -= BLOCK;
        }
        if (left == 0) {
            return c;
        }
        a += word(k, at, Math.min(4, left));
        b += word(k, at + 4, Math.min(4, left - 4));
        c += word(k, at + 8, Math.min(4, left - 8));
        return last(a, b, c);
    }

    private static int last(int x, int y, int z) {
        int a = x;
        int b = y;
        int c = (z ^ y) - Integer.rotateLeft(y, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        return (c ^ b) - Integer.rotateLeft(b, 24);
    }

    private static int word(byte[] k, int at, int n) {
        int v = 0;
        for (int i = 0; i < n; i++) {
            v |= (k[at + i] & 0xFF) << 8 * i;
        }
        return v;
    }
}
