package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;

final class AxesTest {
    @Test
    void neighboursThatAreWalkedInOneGoAreMerged() {
        int[] extents = {2, 3, 4, 5};
        Axes axes =
                Axes.merged(
                        extents,
                        Axes.dense(extents),
                        Axes.repeated(Shape.of(3, 1, 1), extents),
                        Axes.repeated(Shape.of(2, 3, 1, 1), extents));
        assertThat(axes.sixExtents()).containsExactly(1, 1, 1, 2, 3, 20);
        assertThat(axes.sixStrides(0)).containsExactly(0, 0, 0, 60, 20, 1);
        assertThat(axes.sixStrides(1)).containsExactly(0, 0, 0, 0, 1, 0);
        assertThat(axes.sixStrides(2)).containsExactly(0, 0, 0, 3, 1, 0);
    }

    @Test
    void axesOfExtentOneAreLeftOut() {
        int[] extents = {1, 7, 1, 1};
        assertThat(Axes.merged(extents, Axes.dense(extents)).extents()).containsExactly(7);
        int[] none = {1, 1};
        assertThat(Axes.merged(none, Axes.dense(none)).sixExtents())
                .containsExactly(1, 1, 1, 1, 1, 1);
    }

    @Test
    void sevenThatCannotBeMergedAreTooMany() {
        int[] extents = {2, 2, 2, 2, 2, 2, 2};
        int[] reversed = {1, 2, 4, 8, 16, 32, 64};
        Axes axes = Axes.merged(extents, reversed);
        assertThatThrownBy(axes::sixExtents).hasMessageContaining("at most 6 axes");
    }
}
