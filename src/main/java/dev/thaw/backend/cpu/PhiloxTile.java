package dev.thaw.backend.cpu;

import dev.thaw.op.Philox;

import java.util.Arrays;

/**
 * Many blocks of {@link Philox} at once, a loop per round over lanes: the fastest form in Java,
 * which multiplies 32-bit words to 64 bits only as longs.
 */
final class PhiloxTile {
    /** Blocks of a tile. */
    static final int BLOCKS = 256;

    /** Elements of a tile: four words per block. */
    static final int SIZE = 4 * BLOCKS;

    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final long MASK = 0xFFFFFFFFL;

    /** Word w of each block, as an unsigned number. */
    final long[][] words = new long[4][BLOCKS];

    static PhiloxTile[] perSlot() {
        PhiloxTile[] tiles = new PhiloxTile[Workers.SLOTS];
        Arrays.setAll(tiles, slot -> new PhiloxTile());
        return tiles;
    }

    /** Makes blocks first, first + 1, .. of a random op. */
    void draw(long seed, int call, long step, int first, int blocks) {
        for (int i = 0; i < blocks; i++) {
            words[0][i] = first + i;
        }
        Arrays.fill(words[1], 0, blocks, call & MASK);
        Arrays.fill(words[2], 0, blocks, step & MASK);
        Arrays.fill(words[3], 0, blocks, step >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < 10; round++) {
            round(words[0], words[1], words[2], words[3], k0 & MASK, k1 & MASK, blocks);
            k0 += W0;
            k1 += W1;
        }
    }

    private static void round(long[] c0, long[] c1, long[] c2, long[] c3, long k0, long k1, int n) {
        for (int i = 0; i < n; i++) {
            long p0 = M0 * c0[i];
            long p1 = M1 * c2[i];
            long x = (p1 >>> 32) ^ c1[i] ^ k0;
            long y = (p0 >>> 32) ^ c3[i] ^ k1;
            c0[i] = x;
            c1[i] = p1 & MASK;
            c2[i] = y;
            c3[i] = p0 & MASK;
        }
    }
}
