package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;

import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * One way to run the ops of a class.
 *
 * @param name {@link #OWN}, or what the setting of the op's {@link Family} calls it
 * @param maker prepares an op; null where this way cannot run it
 * @param rehearsal gives a maker for a trial, whose ops share nothing with those of plans
 */
record Candidate(
        String name,
        BiFunction<Engine, Op, Prepared> maker,
        Supplier<BiFunction<Engine, Op, Prepared>> rehearsal) {
    /** Our own kernels, which can run every op. */
    static final String OWN = "own";

    Candidate(String name, BiFunction<Engine, Op, Prepared> maker) {
        this(name, maker, () -> maker);
    }

    Prepared prepare(Engine engine, Op op) {
        return maker.apply(engine, op);
    }
}
