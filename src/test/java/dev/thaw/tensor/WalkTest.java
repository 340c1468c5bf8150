package dev.thaw.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

final class WalkTest {
    /** Where an operand's element lies at each step of a row-major walk over a box. */
    private static List<Integer> offsets(int[] extents, int[] strides) {
        List<Integer> all = List.of(0);
        for (int axis = 0; axis < extents.length; axis++) {
            List<Integer> next = new ArrayList<>();
            for (int at : all) {
                for (int i = 0; i < extents[axis]; i++) {
                    next.add(at + i * strides[axis]);
                }
            }
            all = next;
        }
        return all;
    }

    @Property
    void mergingChangesNoOffset(
            @ForAll @Size(max = 5) List<@IntRange(max = 3) Integer> extents,
            @ForAll @Size(5) List<@IntRange(max = 1) Integer> kept,
            @ForAll @Size(5) List<@IntRange(max = 1) Integer> alsoKept) {
        Shape box = Shape.of(extents);
        Shape a = masked(box, kept);
        Shape b = masked(box, alsoKept);
        Walk walk = Walk.over(box, box, a, b);
        Shape[] operands = {box, a, b};
        for (int o = 0; o < operands.length; o++) {
            assertThat(offsets(walk.extents(), walk.strides()[o]))
                    .isEqualTo(offsets(box.toArray(), operands[o].stridesIn(box)));
        }
        assertThat(walk.extents()).doesNotContain(1);
    }

    /** The shape with extent 1 where the mask has a 0, and without the ones in front. */
    private static Shape masked(Shape box, List<Integer> kept) {
        List<Integer> ones = box.axes().stream().filter(i -> kept.get(i) == 0).toList();
        Shape s = box.reduced(ones);
        while (s.rank() > 0 && s.dim(0) == 1) {
            s = s.sub(1, s.rank());
        }
        return s;
    }

    @Property
    void neighboursOfAReductionDiffer(
            @ForAll @Size(max = 6) List<@IntRange(max = 3) Integer> extents,
            @ForAll @Size(6) List<@IntRange(max = 1) Integer> kept) {
        Shape x = Shape.of(extents);
        Shape y = x.reduced(x.axes().stream().filter(i -> kept.get(i) == 0).toList());
        Walk walk = Walk.over(x, x, y);
        for (int i = 1; i < walk.rank(); i++) {
            assertThat(walk.stride(1, i) == 0).isNotEqualTo(walk.stride(1, i - 1) == 0);
        }
    }

    @Test
    void neighboursThatAreWalkedInOneGoAreMerged() {
        Shape box = Shape.of(2, 3, 4, 5);
        Walk walk = Walk.over(box, box, Shape.of(3, 1, 1), Shape.of(2, 3, 1, 1));
        assertThat(walk.extents()).containsExactly(2, 3, 20);
        assertThat(walk.strides()[0]).containsExactly(60, 20, 1);
        assertThat(walk.strides()[1]).containsExactly(0, 1, 0);
        assertThat(walk.strides()[2]).containsExactly(3, 1, 0);
        assertThat(Walk.over(Shape.ones(3), Shape.scalar()).rank()).isZero();
    }

    @Test
    void anExtentThatMergesBeyondAnIntIsRefused() {
        Shape box = Shape.of(1 << 16, 1 << 16);
        assertThatThrownBy(() -> Walk.over(box, Shape.scalar()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("4294967296 of shape (65536, 65536)", "smaller batch");
    }
}
