package dev.thaw.op;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The operands and attributes of an op, read off its record once per class: a component of type
 * {@link Value}, {@code List<Value>} or a list of such lists is an operand, every other one an
 * attribute.
 */
final class Operands {
    /** How an op uses an operand. */
    enum Use {
        READ,
        WRITE,
        UPDATE
    }

    private record Slot(String name, RecordComponent component, Use use, boolean operand) {
        Object get(Op op) {
            try {
                return component.getAccessor().invoke(op);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(
                        "op %s.%s".formatted(op.getClass().getSimpleName(), name), e);
            }
        }
    }

    private static final Map<Class<?>, List<Slot>> SLOTS = new ConcurrentHashMap<>();

    private Operands() {}

    private static List<Slot> slots(Op op) {
        return SLOTS.computeIfAbsent(op.getClass(), Operands::read);
    }

    private static List<Slot> read(Class<?> type) {
        List<Slot> slots = new ArrayList<>();
        for (RecordComponent c : type.getRecordComponents()) {
            c.getAccessor().setAccessible(true);
            Use use =
                    c.isAnnotationPresent(Out.class)
                            ? Use.WRITE
                            : c.isAnnotationPresent(Update.class) ? Use.UPDATE : Use.READ;
            slots.add(new Slot(c.getName(), c, use, isOperand(c.getGenericType())));
        }
        return List.copyOf(slots);
    }

    private static boolean isOperand(Type type) {
        return type == Value.class
                || type instanceof ParameterizedType list
                        && list.getRawType() == List.class
                        && isOperand(list.getActualTypeArguments()[0]);
    }

    /** The operands used in this way, in the record's order; absent (null) ones are left out. */
    static List<Value> of(Op op, Use use) {
        List<Value> values = new ArrayList<>();
        for (Slot s : slots(op)) {
            if (s.operand && s.use == use) {
                collect(s.get(op), values);
            }
        }
        return values;
    }

    private static void collect(Object operand, List<Value> into) {
        if (operand instanceof Value v) {
            into.add(v);
        } else if (operand instanceof List<?> list) {
            list.forEach(v -> collect(v, into));
        }
    }

    /** The same op with one operand that it only reads replaced wherever it occurs. */
    static Op replaceRead(Op op, Value from, Value to) {
        List<Slot> slots = slots(op);
        Object[] arguments = new Object[slots.size()];
        Class<?>[] types = new Class<?>[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            Slot s = slots.get(i);
            types[i] = s.component.getType();
            arguments[i] = s.get(op) == from && s.use == Use.READ ? to : s.get(op);
        }
        try {
            Constructor<? extends Op> canonical = op.getClass().getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return canonical.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("op " + op.getClass().getSimpleName(), e);
        }
    }

    /** The components of a public record that are double. */
    static double[] numbers(Object record) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .filter(c -> c.getType() == double.class)
                .mapToDouble(c -> number(record, c))
                .toArray();
    }

    private static double number(Object record, RecordComponent c) {
        try {
            return (double) c.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("%s.%s".formatted(record, c.getName()), e);
        }
    }

    /** {@code BatchNormInfer x=%3 gamma=%4 -> y=%9 (epsilon=0.001)}. */
    static String print(Op op) {
        StringBuilder reads = new StringBuilder(op.getClass().getSimpleName());
        StringBuilder writes = new StringBuilder();
        StringBuilder attributes = new StringBuilder();
        for (Slot s : slots(op)) {
            Object v = s.get(op);
            if (v == null) {
                continue;
            }
            if (!s.operand) {
                attributes
                        .append(attributes.isEmpty() ? "" : ", ")
                        .append(s.name)
                        .append('=')
                        .append(v);
            } else if (s.use == Use.WRITE) {
                writes.append(' ').append(s.name).append('=').append(brief(v));
            } else {
                reads.append(' ').append(s.use == Use.UPDATE ? "*" : "").append(s.name).append('=');
                reads.append(brief(v));
            }
        }
        if (!writes.isEmpty()) {
            reads.append(" ->").append(writes);
        }
        return attributes.isEmpty() ? reads.toString() : reads + " (" + attributes + ")";
    }

    private static String brief(Object operand) {
        if (!(operand instanceof List<?> l)) {
            return operand.toString();
        }
        return l.size() > 4
                ? "[" + l.get(0) + " .. " + l.get(l.size() - 1) + "; " + l.size() + "]"
                : l.stream().map(Operands::brief).toList().toString();
    }
}
