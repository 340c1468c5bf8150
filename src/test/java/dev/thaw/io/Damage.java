package dev.thaw.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Spoils a file in one of the ways that disks, networks and people do; as far as is drawn. */
enum Damage {
    FLIPPED_BITS {
        @Override
        byte[] spoil(byte[] b, Random r) {
            for (int i = 1 + r.nextInt(8); i > 0; i--) {
                b[r.nextInt(b.length)] ^= (byte) (1 << r.nextInt(8));
            }
            return b;
        }
    },
    ONE_BYTE {
        @Override
        byte[] spoil(byte[] b, Random r) {
            b[r.nextInt(b.length)] = (byte) r.nextInt();
            return b;
        }
    },
    CUT_SHORT {
        @Override
        byte[] spoil(byte[] b, Random r) {
            return Arrays.copyOf(b, r.nextInt(b.length));
        }
    },
    SPLICED {
        @Override
        byte[] spoil(byte[] b, Random r) {
            int n = 1 + r.nextInt(Math.min(512, b.length - 1));
            System.arraycopy(b, r.nextInt(b.length - n), b, r.nextInt(b.length - n), n);
            return b;
        }
    },
    ZEROED {
        @Override
        byte[] spoil(byte[] b, Random r) {
            return filled(b, r, 0);
        }
    },
    ONES {
        @Override
        byte[] spoil(byte[] b, Random r) {
            return filled(b, r, -1);
        }
    },
    SWAPPED_FIELDS {
        @Override
        byte[] spoil(byte[] b, Random r) {
            int width = 1 << r.nextInt(4);
            ByteBuffer f = fields(b);
            int i = place(b, r, width);
            int j = place(b, r, width);
            byte[] kept = Arrays.copyOfRange(b, i, i + width);
            f.put(i, b, j, width).put(j, kept);
            return b;
        }
    },
    /** One field, which may be an address, now says what another says. */
    BORROWED_FIELD {
        @Override
        byte[] spoil(byte[] b, Random r) {
            System.arraycopy(b, nonZero(b, r), b, nonZero(b, r), 8);
            return b;
        }
    },
    /** A length, count or shape at its limits. */
    EXTREME_FIELD {
        @Override
        byte[] spoil(byte[] b, Random r) {
            long[] values = {0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFFL, 1L << 40, -1, -2};
            long v = r.nextInt(4) == 0 ? b.length - r.nextInt(64) : values[r.nextInt(10)];
            ByteBuffer f = fields(b);
            switch (r.nextInt(3)) {
                case 0 -> f.putShort(nonZero(b, r), (short) v);
                case 1 -> f.putInt(nonZero(b, r), (int) v);
                default -> f.putLong(nonZero(b, r), v);
            }
            return b;
        }
    },
    SHIFTED {
        @Override
        byte[] spoil(byte[] b, Random r) {
            int at = r.nextInt(b.length);
            int n = 1 + r.nextInt(16);
            boolean more = r.nextBoolean();
            byte[] out = new byte[more ? b.length + n : Math.max(at, b.length - n)];
            System.arraycopy(b, 0, out, 0, at);
            int from = more ? at : Math.min(at + n, b.length);
            System.arraycopy(b, from, out, out.length - (b.length - from), b.length - from);
            return out;
        }
    };

    /** Spoils these bytes, perhaps in place. */
    abstract byte[] spoil(byte[] b, Random r);

    /** A spoiled copy, by a way that is drawn. */
    static byte[] of(byte[] sound, Random r) {
        Damage[] ways = values();
        return ways[r.nextInt(ways.length)].spoil(sound.clone(), r);
    }

    private static ByteBuffer fields(byte[] b) {
        return ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] filled(byte[] b, Random r, int value) {
        int n = 1 + r.nextInt(Math.min(64, b.length));
        int at = r.nextInt(b.length - n + 1);
        Arrays.fill(b, at, at + n, (byte) value);
        return b;
    }

    private static int place(byte[] b, Random r, int width) {
        return r.nextInt((b.length - width) / width + 1) * width;
    }

    /**
     * The place of an eight-byte field that says something, so that most damage is to structure.
     */
    private static int nonZero(byte[] b, Random r) {
        for (int i = 0; i < 100; i++) {
            int at = place(b, r, r.nextBoolean() ? 8 : 2);
            if (at + 8 <= b.length && fields(b).getLong(at) != 0) {
                return at;
            }
        }
        return 0;
    }
}
