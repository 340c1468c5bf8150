package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.thaw.config.Configured;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Keras's configurations make objects that say the same of themselves, key by key in Keras's order:
 * {@code configs.txt}, written by {@code src/test/python/training_configs.py}.
 */
final class TrainingConfigsTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Powers, cosines and logarithms of other libraries differ in the last place. */
    private static final int ULPS = 4;

    /** A line, and the one behind it. */
    private record Fact(String kind, String className, Map<String, Object> json, String next) {
        @SuppressWarnings("unchecked")
        Map<String, Object> config() {
            return (Map<String, Object>) json.get("config");
        }
    }

    private static List<Fact> facts(String kind) {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                TrainingConfigsTest.class.getResourceAsStream(
                                        "training/configs.txt"),
                                StandardCharsets.UTF_8))) {
            List<String> lines = in.lines().toList();
            List<Fact> facts = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                String[] words = lines.get(i).split(" ", 3);
                if (words[0].equals(kind)) {
                    Map<String, Object> json =
                            JSON.readValue(words[2], new TypeReference<Map<String, Object>>() {});
                    String next = i + 1 < lines.size() ? lines.get(i + 1) : "";
                    facts.add(new Fact(kind, words[1], json, next));
                }
            }
            return facts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<DynamicTest> each(
            String kind, BiFunction<String, Map<String, ?>, Configured> maker) {
        return facts(kind).stream()
                .map(
                        f ->
                                DynamicTest.dynamicTest(
                                        f.className + " " + f.config(),
                                        () -> same(f, maker.apply(f.className, f.config()))));
    }

    private static void same(Fact f, Configured made) {
        assertThat(made.className()).isEqualTo(f.className);
        assertThat(made.module()).isEqualTo(f.json.get("module"));
        sameEntries(f.config(), made.config());
    }

    /** The same keys in the same order, numbers by value. */
    private static void sameEntries(Map<String, Object> keras, Map<String, Object> ours) {
        Map<String, Object> shown = new LinkedHashMap<>(ours);
        if (!keras.containsKey("axis")) {
            shown.remove("axis"); // Keras 3.15 forgets to write it
        }
        if (keras.containsKey("axis") && !ours.containsKey("axis")) {
            shown.put("axis", -1); // a loss leaves it out, its metric does not
        }
        assertThat(shown.keySet()).containsExactlyElementsOf(keras.keySet());
        keras.forEach((k, v) -> assertThat(number(shown.get(k))).as(k).isEqualTo(number(v)));
    }

    private static Object number(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(TrainingConfigsTest::number).toList();
        }
        return value instanceof Number n ? (Object) n.doubleValue() : value;
    }

    @TestFactory
    Stream<DynamicTest> losses() {
        return each("loss", Loss::of);
    }

    @TestFactory
    Stream<DynamicTest> metrics() {
        return each("metric", Metric::of);
    }

    @TestFactory
    Stream<DynamicTest> schedules() {
        return each("schedule", LearningRateSchedule::of);
    }

    @TestFactory
    Stream<DynamicTest> rates() {
        return facts("schedule").stream()
                .map(f -> DynamicTest.dynamicTest(f.className + " " + f.config(), () -> rates(f)));
    }

    private static void rates(Fact f) {
        LearningRateSchedule schedule = LearningRateSchedule.of(f.className, f.config());
        for (String word : f.next.substring("rates ".length()).split(" ")) {
            long step = Long.parseLong(word.split(":")[0]);
            float keras = Float.parseFloat(word.split(":")[1]);
            // near 0 it is the largest rate whose rounding counts
            float bound = ULPS * Math.ulp(Math.max(Math.abs(keras), schedule.at(0) * 1e-2f));
            assertThat(Math.abs(schedule.at(step) - keras))
                    .as("step " + step + ": " + keras + ", got " + schedule.at(step))
                    .isLessThanOrEqualTo(bound);
        }
    }

    @TestFactory
    Stream<DynamicTest> optimizers() {
        return facts("optimizer").stream()
                .map(
                        f ->
                                DynamicTest.dynamicTest(
                                        f.className + " " + f.config(), () -> optimizer(f)));
    }

    @SuppressWarnings("unchecked")
    private static void optimizer(Fact f) {
        Map<String, Object> config = new LinkedHashMap<>(f.config());
        Object rate = config.get("learning_rate");
        if (rate instanceof Map<?, ?> schedule) {
            config.put(
                    "learning_rate",
                    LearningRateSchedule.of(
                            (String) schedule.get("class_name"),
                            (Map<String, Object>) schedule.get("config")));
        }
        Optimizer made = Optimizer.of(f.className, config);
        assertThat(made.className()).isEqualTo(f.className);
        Map<String, Object> ours = new LinkedHashMap<>(made.config());
        assertThat(ours.keySet()).containsExactlyElementsOf(f.config().keySet());
        config.forEach((k, v) -> assertThat(number(ours.get(k))).as(k).isEqualTo(number(v)));
        variables(made, List.of(f.next.substring("variables ".length()).split(" ")));
    }

    private static void variables(Optimizer made, List<String> keras) {
        Variable kernel = weight("d_kernel", Shape.of(2, 3));
        Variable bias = weight("d_bias", Shape.of(3));
        List<Variable> ours = made.variables(List.of(kernel, bias));
        assertThat(ours)
                .extracting(v -> v.name().equals("u_product") ? "variable" : v.name())
                .containsExactlyElementsOf(keras);
        for (Variable v : ours) {
            Shape shape =
                    v.name().startsWith("d_kernel")
                            ? kernel.shape()
                            : v.name().startsWith("d_bias") ? bias.shape() : Shape.scalar();
            assertThat(v.shape()).as(v.name()).isEqualTo(shape);
        }
        assertThat(ours.get(0).dtype()).isEqualTo(DType.INT64);
        assertThat(made.variables(List.of(kernel, bias))).isEqualTo(ours);
    }

    private static Variable weight(String name, Shape shape) {
        return new Variable(
                name, shape, DType.FLOAT32, true, () -> Tensor.zeros(shape, DType.FLOAT32));
    }

    @Test
    void everythingIsThere() {
        assertThat(facts("optimizer")).hasSizeGreaterThan(20);
        assertThat(facts("schedule")).hasSizeGreaterThan(14);
        assertThat(facts("loss")).hasSizeGreaterThan(20);
        assertThat(facts("metric")).hasSizeGreaterThan(20);
    }
}
