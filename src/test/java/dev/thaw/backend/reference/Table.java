package dev.thaw.backend.reference;

import dev.thaw.op.Op;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Which code runs which op. */
final class Table {
    /** What an op does to the memory of its operands. */
    interface Implementation<T extends Op> {
        void run(T op, Cells cells);
    }

    private final Map<Class<? extends Op>, Implementation<Op>> implementations = new HashMap<>();

    Table with(Consumer<Table> family) {
        family.accept(this);
        return this;
    }

    <T extends Op> void add(Class<T> type, Implementation<T> implementation) {
        implementations.put(type, (op, cells) -> implementation.run(type.cast(op), cells));
    }

    Set<Class<? extends Op>> ops() {
        return Set.copyOf(implementations.keySet());
    }

    void run(Op op, Cells cells) {
        implementations.get(op.getClass()).run(op, cells);
    }
}
