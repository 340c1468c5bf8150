package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.tensor.Shape;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Extents beyond an int and missing arguments. */
class ExtremesTest {
    private static final int HUGE = Integer.MAX_VALUE;

    private static void refused(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void extentsThatNoIntHoldsAreRefused() {
        Symbol wide = Input.of(HUGE);
        refused(
                () -> new Concatenate().apply(List.of(wide, wide)),
                "extent of axis 1 must fit in an int");
        Symbol image = Input.of(4, 4, 1);
        refused(() -> new ZeroPadding2D(HUGE).apply(image), "extent of axis 1 must fit in an int");
        refused(() -> new Conv2D(1, 3).dilationRate(HUGE).apply(image), "input's height");
        refused(
                () -> new Conv2D(1, 3).dilationRate(HUGE).padding(Padding.SAME).apply(image),
                "the window must span at most 1073741824 cells of the height");
        refused(() -> Input.of(HUGE, HUGE, HUGE), "must have at most 2,147,483,647 elements");
        refused(
                () -> new Flatten().outputShapes(List.of(Shape.of(1, HUGE, HUGE))),
                "a sample must have fewer than 2^31 elements");
        refused(
                () -> new Reshape(-1).outputShapes(List.of(Shape.of(1, HUGE, HUGE))),
                "a sample must have fewer than 2^31 elements");
        refused(() -> new Reshape(HUGE, HUGE, HUGE).apply(Input.of(2)), "fewer than 2^31");
        assertThat(new MaxPooling2D(2).strides(HUGE).padding(Padding.SAME).apply(image).shape())
                .isEqualTo(Shape.of(Shape.NONE, 1, 1, 1));
    }

    @Test
    void theBatchCannotBeJoined() {
        refused(
                () -> new Concatenate(0).apply(List.of(Input.of(2), Input.of(2))),
                "axis must not be 0");
    }

    @Test
    void missingArgumentsAreNamed() {
        refused(() -> new Dense(1, null), "activation must be given");
        refused(() -> new Dense(1).kernelInitializer(null), "kernel_initializer must be given");
        refused(() -> new Dense().apply(Input.of(1)), "units must be given, and be at least 1");
        assertThatThrownBy(() -> Input.of(Shape.of(1), null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("dtype");
        refused(() -> new Dense(1).named(null), "got 'null'");
    }
}
