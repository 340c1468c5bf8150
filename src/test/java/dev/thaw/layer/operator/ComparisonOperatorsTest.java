package dev.thaw.layer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

/** What NumPy answers, true as 1; NaN is like nothing, and itself not 0. */
class ComparisonOperatorsTest {
    private static final float NAN = Float.NaN;
    private static final float[] A = {1, 2, 2, 0, NAN, NAN, -0f};
    private static final float[] B = {2, 1, 2, 3, 1, NAN, 0};

    private static float[] run(String name, Map<String, Object> config, float[]... data) {
        List<Symbol> in = List.of(Input.of(data[0].length), Input.of(data[0].length));
        List<Symbol> used = in.subList(0, data.length);
        List<Object> places = data.length == 1 ? List.of(place(0)) : List.of(place(0), place(1));
        Operator o =
                new Operator(
                        new Operator.Call("keras.src.ops.numpy", name, config, places, Map.of()));
        try (Model m = new Model(used, List.of(o.apply(used))).on(Device.cpu())) {
            List<Tensor> x =
                    List.of(data).stream().map(d -> Tensor.of(d, Shape.of(1, d.length))).toList();
            return m.call(x).get(0).floats();
        }
    }

    private static Object place(int i) {
        return new Operator.Placeholder(i);
    }

    @ParameterizedTest
    @CsvSource({
        "Greater, 0 1 0 0 0 0 0",
        "GreaterEqual, 0 1 1 0 0 0 1",
        "Less, 1 0 0 1 0 0 0",
        "LessEqual, 1 0 1 1 0 0 1",
        "Equal, 0 0 1 0 0 0 1",
        "NotEqual, 1 1 0 1 1 1 0"
    })
    void comparisons(String name, String expected) {
        assertThat(run(name, Map.of(), A, B)).containsExactly(numbers(expected));
    }

    @ParameterizedTest
    @CsvSource({"LogicalAnd, 1 0 0 0", "LogicalOr, 1 1 1 0", "LogicalXor, 0 1 1 0"})
    void logic(String name, String expected) {
        float[] a = {2, -1, 0, 0};
        float[] b = {1, 0, .5f, 0};
        assertThat(run(name, Map.of(), a, b)).containsExactly(numbers(expected));
        assertThat(run("LogicalNot", Map.of(), a)).containsExactly(0, 0, 1, 1);
    }

    @Test
    void aboutANumber() {
        Symbol in = Input.of(3);
        Symbol all =
                Operators.concatenate(
                        1,
                        Operators.notEqual(in, 2),
                        Operators.greater(in, 2),
                        Operators.less(in, 2));
        try (Model m = new Model(in, all).on(Device.cpu())) {
            assertThat(m.call(Tensor.of(new float[] {1, 2, 3}, 1, 3)).floats())
                    .containsExactly(1, 0, 1, 0, 0, 1, 1, 0, 0);
        }
    }

    @Test
    void overAxes() {
        Map<String, Object> last = Map.of("axis", -1);
        assertThat(run("Any", last, new float[] {0, -2, 0})).containsExactly(1);
        assertThat(run("Any", last, new float[] {0, 0, 0})).containsExactly(0);
        assertThat(run("All", last, new float[] {1, -2, .5f})).containsExactly(1);
        assertThat(run("All", last, new float[] {1, 0, .5f})).containsExactly(0);
    }

    /** Halves go to the even neighbour. */
    @Test
    void wholeNumbers() {
        float[] x = {.5f, 1.5f, 2.5f, -.5f, -1.5f, -2.5f, 1.4f, -1.6f, 8_388_607.5f, 1e9f};
        assertThat(run("Round", Map.of("decimals", 0), x))
                .containsExactly(0, 2, 2, 0, -2, -2, 1, -2, 8_388_608, 1e9f);
        assertThat(run("Cast", "int32", new float[] {1.9f, -1.9f, .5f, 0}))
                .containsExactly(1, -1, 0, 0);
        assertThat(run("Cast", "bool", new float[] {1.9f, -1.9f, .5f, 0}))
                .containsExactly(1, 1, 1, 0);
    }

    private static float[] run(String name, String dtype, float[] x) {
        Symbol in = Input.of(x.length);
        Operator o =
                new Operator(
                        new Operator.Call(
                                "keras.src.ops.core",
                                name,
                                Map.of("dtype", dtype),
                                List.of(place(0)),
                                Map.of()));
        try (Model m = new Model(in, o.apply(in)).on(Device.cpu())) {
            return m.call(Tensor.of(x, Shape.of(1, x.length))).floats();
        }
    }

    private static float[] numbers(String text) {
        String[] words = text.split(" ");
        float[] all = new float[words.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Float.parseFloat(words[i]);
        }
        return all;
    }
}
