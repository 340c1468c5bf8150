package dev.thaw.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.util.List;

final class ShapeTest {
    private static final Shape S = Shape.of(Shape.NONE, 3, 4, 5);

    @Test
    void axesCountFromBothEnds() {
        assertThat(S.axis(-1)).isEqualTo(3);
        assertThat(S.axis(-4)).isZero();
        assertThat(S.axis(3)).isEqualTo(3);
        assertThat(S.hasAxis(-5)).isFalse();
        assertThat(S.hasAxis(4)).isFalse();
        assertThat(Shape.scalar().hasAxis(0)).isFalse();
        assertThatThrownBy(() -> S.axis(-5))
                .hasMessage("axis -5 does not exist in shape (None, 3, 4, 5), which has rank 4");
    }

    @Test
    void axesAreInsertedPickedAndLeftOut() {
        assertThat(S.insert(0, 2)).isEqualTo(Shape.of(2, Shape.NONE, 3, 4, 5));
        assertThat(S.insert(2, 1)).isEqualTo(Shape.of(Shape.NONE, 3, 1, 4, 5));
        assertThat(S.insert(4, 1)).isEqualTo(S.append(1));
        assertThat(S.pick(List.of(3, -4, 1))).isEqualTo(Shape.of(5, Shape.NONE, 3));
        assertThat(S.without(List.of(0, 2))).isEqualTo(Shape.of(3, 5));
        assertThat(S.reduced(List.of(0, 2))).isEqualTo(Shape.of(1, 3, 1, 5));
        assertThat(S.axesBut(List.of(2, 0))).containsExactly(1, 3);
        assertThat(S.axesToEnd(List.of(1))).containsExactly(0, 2, 3, 1);
        assertThat(S.axesToEnd(List.of(3, 2))).containsExactly(0, 1, 3, 2);
        assertThat(S.axesToEnd(List.of())).isEqualTo(S.axes());
    }

    @Test
    void whatIsNotKnownIsTakenFromAnother() {
        Shape other = Shape.of(7, Shape.NONE, 9, 5);
        assertThat(S.orElse(other)).isEqualTo(Shape.of(7, 3, 4, 5));
        assertThat(S.accepts(other)).isFalse();
        assertThat(S.accepts(Shape.of(7, Shape.NONE, 4, 5))).isTrue();
    }

    @Test
    void anUnknownExtentIsTheOtherOnesUnlessThatRepeats() {
        Shape unknown = Shape.of(Shape.NONE);
        assertThat(unknown.broadcast(Shape.of(4))).isEqualTo(Shape.of(4));
        assertThat(Shape.of(4).broadcast(unknown)).isEqualTo(Shape.of(4));
        assertThat(unknown.broadcast(Shape.of(1))).isEqualTo(unknown);
        assertThat(Shape.of(1).broadcast(unknown)).isEqualTo(unknown);
        assertThat(unknown.broadcast(Shape.of(0))).isEqualTo(Shape.of(0));
        assertThat(Shape.of(1).broadcast(Shape.of(0))).isEqualTo(Shape.of(0));
        assertThatThrownBy(() -> Shape.of(2, 3).broadcast(Shape.of(2)))
                .hasMessage(
                        "shapes must have the same extents, or 1, from the last axis on, got (2, 3) and (2,)");
    }

    @Property
    void broadcastingIsTheSameFromBothSides(
            @ForAll @Size(max = 4) List<@IntRange(min = -1, max = 3) Integer> left,
            @ForAll @Size(max = 4) List<@IntRange(min = -1, max = 3) Integer> right) {
        Shape a = Shape.of(left);
        Shape b = Shape.of(right);
        assertThat(a.broadcasts(b)).isEqualTo(b.broadcasts(a));
        if (a.broadcasts(b)) {
            Shape both = a.broadcast(b);
            assertThat(b.broadcast(a)).isEqualTo(both);
            assertThat(both.broadcast(a)).isEqualTo(both);
            assertThat(both.rank()).isEqualTo(Math.max(a.rank(), b.rank()));
        }
    }

    /** Summing over the repeated axes is what undoes a broadcast, also in a gradient. */
    @Property
    void reducingTheRepeatedAxesGivesTheSmallerShapeBack(
            @ForAll @Size(max = 4) List<@IntRange(max = 3) Integer> left,
            @ForAll @Size(max = 4) List<@IntRange(max = 3) Integer> right) {
        Shape a = Shape.of(left);
        Shape b = Shape.of(right);
        if (a.broadcasts(b)) {
            Shape both = a.broadcast(b);
            Shape back = both.reduced(both.axesRepeated(a));
            assertThat(back.sub(both.rank() - a.rank(), both.rank())).isEqualTo(a);
            assertThat(back.size()).isEqualTo(a.size());
        }
    }

    @Test
    void stridesAreRowMajorAndZeroWhereAShapeRepeats() {
        assertThat(Shape.of(2, 3, 4).strides()).containsExactly(12, 4, 1);
        assertThat(Shape.of(2, 0, 4).strides()).containsExactly(4, 4, 1);
        assertThat(Shape.scalar().strides()).isEmpty();
        assertThat(Shape.of(3, 1).stridesIn(Shape.of(2, 3, 4))).containsExactly(0, 1, 0);
        assertThatThrownBy(Shape.of(1, 1 << 16, 1 << 16)::strides)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "fewer than 2^31", "4294967296 of shape (1, 65536, 65536)");
        assertThatThrownBy(S::strides).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void countsElementsAsFarAsItCan() {
        Shape large = Shape.of(1 << 16, 1 << 15, 1 << 16, 1 << 16);
        assertThat(large.extent(1, 2)).isEqualTo(1 << 15);
        assertThat(large.size(0, 3)).isEqualTo(1L << 47);
        assertThat(Shape.of(0, 1 << 30, 1 << 30, 1 << 30).size()).isZero();
        assertThatThrownBy(() -> large.extent(0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fewer than 2^31 elements, got 2147483648 of shape");
        assertThatThrownBy(large::size)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fewer than 2^63 elements, got (65536, 32768");
    }
}
