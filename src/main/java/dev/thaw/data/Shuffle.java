package dev.thaw.data;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * The orders of some rows: another permutation for each epoch, all of which follow from the seed.
 * An epoch's permutation is made from the one before, so asking for one after another is cheap.
 */
final class Shuffle {
    private final int rows;
    private OptionalLong seed = OptionalLong.empty();
    private SplittableRandom random;
    private int[] order;
    private int epoch;

    Shuffle(int rows) {
        this.rows = rows;
    }

    /** The row numbers of an epoch, from 0; in their own order where there is no seed. */
    synchronized int[] order(int wanted, OptionalLong bySeed) {
        if (bySeed.isEmpty()) {
            return inOrder();
        }
        if (!bySeed.equals(seed) || wanted < epoch) {
            seed = bySeed;
            random = new SplittableRandom(bySeed.getAsLong());
            order = inOrder();
            epoch = -1;
        }
        for (; epoch < wanted; epoch++) {
            permute();
        }
        return order.clone();
    }

    private int[] inOrder() {
        int[] all = new int[rows];
        Arrays.setAll(all, i -> i);
        return all;
    }

    /** Fisher and Yates. */
    private void permute() {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }
}
