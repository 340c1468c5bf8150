package dev.thaw.campaign;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random numbers that are remembered, so that a case can be made smaller: whoever takes fewer and
 * smaller ones makes, as a rule, a smaller case.
 */
public final class Choices extends Random {
    private static final long serialVersionUID = 1;

    private final Random fresh;
    private final int[] given;
    private int[] taken = new int[64];
    private int size;

    /** New ones, a function of the seed. */
    public Choices(long seed) {
        super(0);
        fresh = new Random(seed * 0x9E3779B97F4A7C15L);
        given = new int[0];
    }

    /** These, and zeros behind them. */
    Choices(int[] given) {
        super(0);
        this.fresh = null;
        this.given = given;
    }

    @Override
    protected int next(int bits) {
        int all = fresh != null ? fresh.nextInt() : size < given.length ? given[size] : 0;
        if (size == taken.length) {
            taken = Arrays.copyOf(taken, 2 * size);
        }
        taken[size++] = all;
        return all >>> (32 - bits);
    }

    /** One of these. */
    public <T> T of(java.util.List<T> all) {
        return all.get(nextInt(all.size()));
    }

    /** All that were taken. */
    int[] taken() {
        return Arrays.copyOf(taken, size);
    }

    /** As text, for {@link #parse}. */
    static String text(int[] choices) {
        return IntStream.of(choices)
                .mapToObj(Integer::toHexString)
                .collect(Collectors.joining(","));
    }

    static int[] parse(String text) {
        return text.isEmpty()
                ? new int[0]
                : Arrays.stream(text.split(","))
                        .mapToInt(s -> Integer.parseUnsignedInt(s, 16))
                        .toArray();
    }

    /**
     * Fewer and smaller ones for which the case still fails.
     *
     * @param tries at most so many cases
     */
    static int[] shrink(int[] failing, Predicate<int[]> fails, int tries) {
        int[] best = failing;
        int left = tries;
        for (int block = Math.max(1, best.length / 2); block > 0 && left > 0; block /= 2) {
            for (int at = 0; at < best.length && left > 0; ) {
                int[] fewer = without(best, at, block);
                left--;
                if (fails.test(fewer)) {
                    best = fewer;
                } else {
                    at += block;
                }
            }
        }
        for (int at = 0; at < best.length && left > 0; at++) {
            for (int smaller : new int[] {0, best[at] >>> 1}) {
                if (smaller != best[at] && left-- > 0) {
                    int[] other = best.clone();
                    other[at] = smaller;
                    if (fails.test(other)) {
                        best = other;
                        break;
                    }
                }
            }
        }
        return best;
    }

    private static int[] without(int[] all, int at, int block) {
        int end = Math.min(all.length, at + block);
        return IntStream.concat(Arrays.stream(all, 0, at), Arrays.stream(all, end, all.length))
                .toArray();
    }
}
