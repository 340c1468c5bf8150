package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.config.Configured;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.Schedules;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What can be made can be written and read again, whatever its numbers: else it is refused. */
class OddNumbersTest {
    private static final List<Double> ODD =
            List.of(
                    Double.NaN,
                    Double.POSITIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    -1.,
                    0.,
                    .5,
                    2.,
                    1e-300,
                    1e300,
                    -1e300);

    private static final List<String> LOSSES =
            List.of(
                    "BinaryCrossentropy",
                    "BinaryFocalCrossentropy",
                    "CategoricalCrossentropy",
                    "CategoricalFocalCrossentropy",
                    "CategoricalHinge",
                    "CosineSimilarity",
                    "Dice",
                    "Hinge",
                    "Huber",
                    "KLDivergence",
                    "LogCosh",
                    "MeanAbsoluteError",
                    "MeanAbsolutePercentageError",
                    "MeanSquaredError",
                    "MeanSquaredLogarithmicError",
                    "Poisson",
                    "SparseCategoricalCrossentropy",
                    "SquaredHinge",
                    "Tversky");

    /** Objects of a class with one number of a constructor changed, where it takes that. */
    private static List<Configured> made(Class<?> type) throws Exception {
        List<Configured> all = new ArrayList<>();
        for (Constructor<?> c : type.getConstructors()) {
            Parameter[] ps = c.getParameters();
            for (int i = 0; i < ps.length; i++) {
                for (Double odd : ODD) {
                    Object[] args = new Object[ps.length];
                    for (int k = 0; k < ps.length; k++) {
                        args[k] = argument(ps[k], k == i ? odd : .25);
                    }
                    if (Arrays.stream(args).allMatch(a -> a != null)) {
                        make(c, args, all);
                    }
                }
            }
        }
        return all;
    }

    private static void make(Constructor<?> c, Object[] args, List<Configured> into)
            throws Exception {
        try {
            into.add((Configured) c.newInstance(args));
        } catch (InvocationTargetException e) {
            assertThat(e.getCause())
                    .as("%s of %s", c.getDeclaringClass().getSimpleName(), Arrays.toString(args))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Object argument(Parameter p, double number) {
        if (p.getType() == double.class || p.getType() == Double.class) {
            return number;
        } else if (p.getType() == int.class) {
            return Double.isNaN(number) ? -1 : (int) number;
        } else if (p.getType() == boolean.class) {
            return number > .3;
        } else if (p.getType() == List.class) {
            String of = p.getParameterizedType().getTypeName();
            return of.contains("Double")
                    ? List.of(number)
                    : of.contains("Long") ? List.of() : List.of(-1);
        }
        return null;
    }

    private static void requireReadable(
            List<Configured> all, BiFunction<String, Map<String, ?>, Configured> reader) {
        List<String> refused = new ArrayList<>();
        for (Configured c : all) {
            Map<String, Object> config = c.config();
            try {
                Configured again = reader.apply(c.className(), config);
                assertThat(new LinkedHashMap<>(again.config())).isEqualTo(config);
            } catch (RuntimeException e) {
                refused.add("%s %s: %s".formatted(c.className(), config, e.getMessage()));
            }
        }
        assertThat(refused).as(String.join("\n", refused)).isEmpty();
    }

    @Test
    void losses() throws Exception {
        List<Configured> all = new ArrayList<>();
        for (String name : LOSSES) {
            all.addAll(made(Class.forName(Loss.class.getPackageName() + "." + name)));
        }
        assertThat(all).hasSizeGreaterThan(50);
        requireReadable(all, Loss::of);
    }

    @Test
    void schedules() throws Exception {
        List<Configured> all = new ArrayList<>();
        for (Class<?> type : Schedules.class.getClasses()) {
            all.addAll(made(type));
        }
        assertThat(all).hasSizeGreaterThan(50);
        requireReadable(all, LearningRateSchedule::of);
    }

    @Test
    void optimizers() throws Exception {
        List<Configured> all = new ArrayList<>();
        for (String name :
                List.of(
                        "SGD",
                        "RMSprop",
                        "Adam",
                        "AdamW",
                        "Nadam",
                        "Adagrad",
                        "Adamax",
                        "Adadelta",
                        "Lion",
                        "Ftrl")) {
            Class<?> type = Class.forName(Optimizer.class.getPackageName() + "." + name);
            all.addAll(made(type));
            for (Method m : type.getMethods()) {
                if (m.getParameterCount() == 1
                        && m.getReturnType().isAssignableFrom(type)
                        && argument(m.getParameters()[0], .5) != null) {
                    m.setAccessible(true); // its class may be one that users do not see
                    for (Double odd : ODD) {
                        try {
                            Object o = type.getConstructor().newInstance();
                            m.invoke(o, argument(m.getParameters()[0], odd));
                            all.add((Configured) o);
                        } catch (InvocationTargetException e) {
                            assertThat(e.getCause()).isInstanceOf(IllegalArgumentException.class);
                        }
                    }
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(100);
        requireReadable(all, Optimizer::of);
    }
}
