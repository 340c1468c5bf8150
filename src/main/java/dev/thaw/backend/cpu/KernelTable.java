package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which class prepares which op. */
final class KernelTable {
    private final Map<Class<? extends Op>, BiFunction<Op, Predicate<Value>, Prepared>> makers =
            new HashMap<>();

    /** Registers the one way to prepare an op. */
    <O extends Op> void add(Class<O> op, Function<O, Prepared> maker) {
        add(op, (o, steady) -> maker.apply(o));
    }

    /** Registers the one way to prepare an op that keeps what it makes of steady operands. */
    <O extends Op> void add(Class<O> op, BiFunction<O, Predicate<Value>, Prepared> maker) {
        if (makers.put(op, (o, steady) -> maker.apply(op.cast(o), steady)) != null) {
            throw new IllegalStateException(
                    "cpu: %s is registered twice".formatted(op.getSimpleName()));
        }
    }

    Set<Class<? extends Op>> ops() {
        return Set.copyOf(makers.keySet());
    }

    Prepared prepare(Op op, Predicate<Value> steady) {
        BiFunction<Op, Predicate<Value>, Prepared> maker = makers.get(op.getClass());
        if (maker == null) {
            throw new IllegalStateException(
                    "cpu: has no kernel for " + op.getClass().getSimpleName());
        }
        return maker.apply(op, steady);
    }
}
