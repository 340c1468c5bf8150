package dev.thaw.op;

/**
 * Philox4x32-10 (Salmon et al., 2011): a counter-based generator. Four 32-bit numbers are a pure
 * function of a 128-bit counter and a 64-bit key, so any element of a mask can be made again
 * anywhere. Every backend draws from this stream and agrees bit for bit.
 *
 * <p>Element {@code i} of a random op is word {@code i mod 4} of the block with counter {@code (low
 * word of i/4, call, low word of step, high word of step)} and key {@code (low word of seed, high
 * word of seed)}.
 */
public final class Philox {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final long MASK = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * Ten rounds over {@code counter} (4 words) with {@code key} (2 words); writes 4 words to
     * {@code out}.
     */
    public static void block(int c0, int c1, int c2, int c3, int k0, int k1, int[] out, int at) {
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & MASK) * (c0 & MASK);
            long p1 = (M1 & MASK) * (c2 & MASK);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += W0;
            k1 += W1;
        }
        out[at] = c0;
        out[at + 1] = c1;
        out[at + 2] = c2;
        out[at + 3] = c3;
    }

    /** The four words for elements 4 {@code block} .. 4 {@code block} + 3 of a random op. */
    public static void block(long seed, long step, int call, long block, int[] out, int at) {
        block(
                (int) block,
                call,
                (int) step,
                (int) (step >>> 32),
                (int) seed,
                (int) (seed >>> 32),
                out,
                at);
    }

    /** A number in [0, 1) with 24 random bits: the upper bits of the word. */
    public static float uniform(int word) {
        return (word >>> 8) * 0x1p-24f;
    }

    /**
     * A kept element has {@code (word >>> 8) >= threshold(rate)}; this happens with probability 1 -
     * rate.
     */
    public static int threshold(double rate) {
        return (int) Math.ceil(rate * 0x1p24);
    }

    /**
     * A standard normal number from two words, by Box and Muller: sqrt(-2 ln u) cos(2 pi v) with u
     * in (0, 1]. Words 0 and 1 of a block give elements 0 (cosine) and 1 (sine), words 2 and 3 give
     * 2 and 3.
     */
    public static double normal(int wordU, int wordV, boolean sine) {
        double u = ((wordU & MASK) + 1) * 0x1p-32;
        double angle = 2 * Math.PI * ((wordV & MASK) * 0x1p-32);
        return Math.sqrt(-2 * StrictMath.log(u))
                * (sine ? StrictMath.sin(angle) : StrictMath.cos(angle));
    }

    /** Both normal numbers of two words, see {@link #normal}: cosine, then sine. */
    public static void normals(int wordU, int wordV, double[] out, int at) {
        double u = ((wordU & MASK) + 1) * 0x1p-32;
        double angle = 2 * Math.PI * ((wordV & MASK) * 0x1p-32);
        double radius = Math.sqrt(-2 * StrictMath.log(u));
        out[at] = radius * StrictMath.cos(angle);
        out[at + 1] = radius * StrictMath.sin(angle);
    }
}
