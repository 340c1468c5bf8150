package dev.thaw.layer;

import java.util.ArrayList;
import java.util.List;

/**
 * Cells at both ends of an axis.
 *
 * @param before cells before the first
 * @param after cells after the last
 */
public record Sides(int before, int after) {
    /** The same at both ends. */
    public static Sides both(int cells) {
        return new Sides(cells, cells);
    }

    /** The same at both ends of each of these axes. */
    static List<Sides> symmetric(int... cells) {
        List<Sides> all = new ArrayList<>();
        for (int c : cells) {
            all.add(both(c));
        }
        return all;
    }

    static List<Sides> of(Margins m) {
        return List.of(new Sides(m.top(), m.bottom()), new Sides(m.left(), m.right()));
    }

    /** As Keras writes them: a pair for one axis, a list of pairs for several. */
    static List<?> config(List<Sides> all) {
        List<List<Integer>> pairs = all.stream().map(s -> List.of(s.before, s.after)).toList();
        return pairs.size() == 1 ? pairs.get(0) : pairs;
    }

    @Override
    public String toString() {
        return "(" + before + ", " + after + ")";
    }
}
