package dev.thaw.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class TensorTest {
    private final Tensor matrix = Tensor.of(new float[][] {{1, 5, 2}, {4, -3, 4}});

    @Test
    void isMadeOfWhatPeopleHave() {
        assertThat(matrix.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(Tensor.of(new double[][] {{1, 5, 2}, {4, -3, 4}}).bitEquals(matrix)).isTrue();
        assertThat(Tensor.of(new double[] {1, 5, 2, 4, -3, 4}, 2, 3).bitEquals(matrix)).isTrue();
        assertThat(Tensor.uint8(new byte[] {0, 127, -128, -1}).ints())
                .containsExactly(0, 127, 128, 255);
        assertThat(Tensor.of(new double[0][]).shape()).isEqualTo(Shape.of(0, 0));
        assertThatThrownBy(() -> Tensor.of(new float[][] {{1, 2}, {3}}))
                .hasMessageContaining("row 0 has 2 numbers, row 1 has 1");
    }

    @Test
    void saysWhatItHolds() {
        assertThat(matrix.get(1, 1)).isEqualTo(-3);
        assertThat(matrix.get(-1, -3)).isEqualTo(4);
        assertThat(matrix.argmax().ints()).containsExactly(1, 0); // the first of two
        assertThat(Tensor.of(new long[] {7}, Shape.of(1)).item()).isEqualTo(7);
        assertThat(Tensor.of(new int[] {3, 9}).argmax().item()).isEqualTo(1);
        assertThat(matrix.sum()).isEqualTo(13);
        assertThat(matrix.mean()).isEqualTo(13 / 6.0);
        assertThatThrownBy(() -> matrix.get(2, 0))
                .hasMessageContaining("index 2 of axis 0 must be in [-2, 2)");
        assertThatThrownBy(() -> matrix.get(1)).hasMessageContaining("an index for each axis");
    }

    @Test
    void calculates() {
        assertThat(matrix.add(matrix).bitEquals(matrix.multiply(2))).isTrue();
        assertThat(matrix.subtract(matrix).floats()).containsOnly(0);
        assertThat(matrix.multiply(matrix).get(1, 1)).isEqualTo(9);
        assertThat(matrix.map(Math::abs).get(1, 1)).isEqualTo(3);
        assertThat(Tensor.of(new int[] {1, 2}).multiply(.5).floats()).containsExactly(.5f, 1);
        assertThatThrownBy(() -> matrix.add(Tensor.scalar(1)))
                .hasMessageContaining("both must have one shape, got (2, 3) and ()");
    }

    @Test
    void castsToFloatsByRoundingOnce() {
        assertThat(matrix.cast(DType.FLOAT32)).isSameAs(matrix);
        int odd = (1 << 24) + 1;
        assertThat(Tensor.of(new int[] {3, odd}).cast(DType.FLOAT32).floats())
                .containsExactly(3, 1 << 24);
        // half-way between two floats and one more: a double on the way would lose the one
        long above = (1L << 60) + (1L << 36) + 1;
        Tensor longs = Tensor.of(new long[] {above, -7}, Shape.of(2));
        assertThat(longs.cast(DType.FLOAT32).floats()).containsExactly(0x1p60f + 0x1p37f, -7);
    }

    @Test
    void castsToIntegersWithoutLoss() {
        assertThat(matrix.cast(DType.INT32).ints()).containsExactly(1, 5, 2, 4, -3, 4);
        assertThat(matrix.cast(DType.INT64).longs()).containsExactly(1, 5, 2, 4, -3, 4);
        assertThat(Tensor.of(new int[] {-9}).cast(DType.INT64).longs()).containsExactly(-9);
        Tensor ends = Tensor.of(new float[] {-0x1p31f, -0x1p63f});
        assertThat(ends.rows(0, 1).cast(DType.INT32).ints()).containsExactly(Integer.MIN_VALUE);
        assertThat(ends.cast(DType.INT64).longs()[1]).isEqualTo(Long.MIN_VALUE);
        Tensor large = Tensor.of(new long[] {1, 1L << 31}, Shape.of(1, 2));
        assertThat(large.misfit(DType.INT32)).hasValue(1);
        assertThat(large.misfit(DType.FLOAT32)).isEmpty();
        assertThatThrownBy(() -> large.cast(DType.INT32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("whole numbers of 32 bits", "2147483648 at [0, 1]");
    }

    @ParameterizedTest
    @ValueSource(floats = {.5f, Float.NaN, Float.POSITIVE_INFINITY, 0x1p63f, -0x1p64f})
    void castsNoNumberThatAnIntegerCannotBe(float number) {
        Tensor t = Tensor.of(new float[] {1, number});
        for (DType to : List.of(DType.INT32, DType.INT64)) {
            assertThat(t.misfit(to)).hasValue(1);
            assertThatThrownBy(() -> t.cast(to)).hasMessageContaining("at [1]");
        }
        assertThat(Tensor.of(new float[] {0x1p31f}).misfit(DType.INT32)).hasValue(0);
    }

    @Test
    void printsAsNumPyDoes() {
        assertThat(matrix).hasToString("FLOAT32 (2, 3)\n[[1., 5., 2.],\n [4., -3., 4.]]");
        assertThat(Tensor.scalar(.1f)).hasToString("FLOAT32 () 0.1");
        assertThat(Tensor.of(new int[] {1, 2, 3, 4, 5, 6, 7})).asString().endsWith("6, 7]");
        assertThat(Tensor.zeros(Shape.of(2, 9), DType.INT64))
                .hasToString("INT64 (2, 9)\n[[0, 0, 0, .., 0, 0, 0],\n [0, 0, 0, .., 0, 0, 0]]");
        assertThat(Tensor.zeros(Shape.of(1, 2, 1), DType.INT32))
                .hasToString("INT32 (1, 2, 1)\n[[[0],\n  [0]]]");
        assertThat(Tensor.zeros(Shape.of(1000, 1000), DType.FLOAT32).toString().length())
                .isLessThan(400);
    }
}
