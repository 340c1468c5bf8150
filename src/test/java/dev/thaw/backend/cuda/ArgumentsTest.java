package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

import org.junit.jupiter.api.Test;

final class ArgumentsTest {
    private static void walk(int... extents) {
        int[] apart = extents.clone(); // strides that no two axes share
        new Arguments(null, v -> null, "walk").walk(Walk.merged(Shape.of(extents), apart));
    }

    @Test
    void sevenAxesThatCannotBeMergedAreTooMany() {
        assertThatCode(() -> walk(2, 2, 2, 2, 2, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> walk(2, 2, 2, 2, 2, 2, 2))
                .hasMessage("cuda: kernels walk over at most 6 axes that cannot be merged, got 7");
    }
}
