package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.config.Registry;
import dev.thaw.data.Dataset;
import dev.thaw.data.Idx;
import dev.thaw.data.Npy;
import dev.thaw.data.Npz;
import dev.thaw.graph.Selection;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Null for each argument in turn of what users call: where it is refused, the message is one that
 * somebody wrote, and not Java's "Cannot invoke .. because <parameter1> is null".
 */
class NullArgumentsTest {
    /** Makes what a method is called on; null for static methods alone. */
    private record Api(Class<?> type, Supplier<?> instance) {
        @Override
        public String toString() {
            return type.getSimpleName();
        }
    }

    /** What the library calls and users override, in classes of their own. */
    private static final Set<String> OVERRIDDEN =
            Set.of(
                    "lower",
                    "outputShapes",
                    "build",
                    "configure",
                    "requireDTypes",
                    "pass",
                    "rearranged",
                    "named");

    private static final Tensor TENSOR = Tensor.zeros(Shape.of(2, 2), DType.FLOAT32);

    static Stream<Api> apis() {
        return Stream.of(
                new Api(Tensor.class, () -> TENSOR.copy()),
                new Api(Npy.class, null),
                new Api(Npz.class, null),
                new Api(Idx.class, null),
                new Api(KerasFiles.class, () -> KerasFiles.knowing(Registry.EMPTY)),
                new Api(Device.class, null),
                new Api(Input.class, null),
                new Api(Selection.class, null),
                new Api(PredictOptions.class, null),
                new Api(EvaluateOptions.class, null));
    }

    @ParameterizedTest
    @MethodSource("apis")
    void nullIsRefusedInWords(Api api) throws Exception {
        List<String> raw = new ArrayList<>();
        List<Executable> all = new ArrayList<>(List.of(api.type().getMethods()));
        if (!Modifier.isAbstract(api.type().getModifiers())) {
            all.addAll(List.of(api.type().getConstructors()));
        }
        for (Executable e : all) {
            boolean instance = e instanceof Method && !Modifier.isStatic(e.getModifiers());
            boolean ours = e.getDeclaringClass().getName().startsWith("dev.thaw");
            boolean called = !OVERRIDDEN.contains(e.getName());
            if (!ours || !called || e.isSynthetic() || instance && api.instance() == null) {
                continue;
            }
            for (int i = 0; i < e.getParameterCount(); i++) {
                if (!e.getParameterTypes()[i].isPrimitive()) {
                    call(e, i, instance ? api.instance().get() : null, raw);
                }
            }
        }
        assertThat(raw).isEmpty();
    }

    private static void call(Executable e, int nothing, Object on, List<String> raw)
            throws ReflectiveOperationException {
        Class<?>[] types = e.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = i == nothing ? null : sample(types[i]);
            if (i != nothing && arguments[i] == null) {
                return; // nothing to give
            }
        }
        try {
            if (e instanceof Method m) {
                m.invoke(on, arguments);
            } else {
                ((java.lang.reflect.Constructor<?>) e).newInstance(arguments);
            }
        } catch (InvocationTargetException x) {
            Throwable t = x.getCause();
            boolean helpful = t.getMessage() == null || t.getMessage().startsWith("Cannot ");
            boolean accident =
                    t instanceof NullPointerException && helpful
                            || t instanceof IndexOutOfBoundsException;
            if (accident) {
                raw.add("%s, argument %d: %s at %s".formatted(e, nothing, t, t.getStackTrace()[0]));
            }
        } finally {
            if (on instanceof AutoCloseable c) {
                try {
                    c.close();
                } catch (Exception x) {
                    throw new IllegalStateException(x);
                }
            }
        }
    }

    /** Something lawful of a type; null where nothing is known. */
    private static Object sample(Class<?> type) {
        Map<Class<?>, Object> known =
                Map.ofEntries(
                        Map.entry(int.class, 1),
                        Map.entry(long.class, 1L),
                        Map.entry(float.class, 1f),
                        Map.entry(double.class, .5),
                        Map.entry(boolean.class, true),
                        Map.entry(String.class, "x"),
                        Map.entry(Tensor.class, TENSOR),
                        Map.entry(Shape.class, Shape.of(2, 2)),
                        Map.entry(DType.class, DType.FLOAT32),
                        Map.entry(Mode.class, Mode.INFERENCE),
                        Map.entry(Path.class, Path.of("target", "nothing.keras")),
                        Map.entry(List.class, List.of(TENSOR)),
                        Map.entry(Map.class, Map.of("x", TENSOR)),
                        Map.entry(Device.class, Device.cpu()),
                        Map.entry(Registry.class, Registry.EMPTY));
        if (known.containsKey(type)) {
            return known.get(type);
        }
        if (type == Symbol.class) {
            return Input.of(2);
        } else if (type == Optimizer.class) {
            return new Adam();
        } else if (type == Loss.class) {
            return new MeanSquaredError();
        } else if (type == Metric.class) {
            return Metric.of("mae");
        } else if (type == Layer.class) {
            return new Dense(2);
        } else if (type == Dataset.class) {
            return Dataset.of(TENSOR, TENSOR);
        } else if (type == FitOptions.class) {
            return FitOptions.epochs(1);
        } else if (type.isArray() && type.getComponentType().isPrimitive()) {
            return Array.newInstance(type.getComponentType(), 1);
        } else if (type.isArray()) {
            Object one = sample(type.getComponentType());
            if (one == null) {
                return null;
            }
            Object array = Array.newInstance(type.getComponentType(), 1);
            Array.set(array, 0, one);
            return array;
        } else if (type.isEnum()) {
            return Arrays.asList(type.getEnumConstants()).get(0);
        }
        return null;
    }
}
