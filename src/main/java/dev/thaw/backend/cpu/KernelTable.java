package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Which class prepares which op. */
final class KernelTable {
    private final Map<Class<? extends Op>, Function<Op, Prepared>> makers = new HashMap<>();

    /** Registers the one way to prepare an op. */
    <O extends Op> void add(Class<O> op, Function<O, Prepared> maker) {
        if (makers.put(op, o -> maker.apply(op.cast(o))) != null) {
            throw new IllegalStateException(
                    "cpu: %s is registered twice".formatted(op.getSimpleName()));
        }
    }

    Set<Class<? extends Op>> ops() {
        return Set.copyOf(makers.keySet());
    }

    Prepared prepare(Op op) {
        Function<Op, Prepared> maker = makers.get(op.getClass());
        if (maker == null) {
            throw new IllegalStateException(
                    "cpu: has no kernel for " + op.getClass().getSimpleName());
        }
        return maker.apply(op);
    }
}
