package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The reference against itself: that it runs every op, twice the same, and writes nowhere else.
 * More cases would compare nothing more; whether it is right, gradient checks and Keras's fixtures
 * tell.
 */
final class ReferenceTest extends Conformance {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }

    /** The cases that run an op which no case before them runs. */
    @Override
    Stream<OpCase> cases() {
        Set<Class<?>> seen = new HashSet<>();
        List<OpCase> chosen = new ArrayList<>();
        OpCoverageTest.cases()
                .forEach(
                        c -> {
                            boolean fresh = false;
                            for (var instruction : c.build().program().instructions()) {
                                fresh |= seen.add(instruction.op().getClass());
                            }
                            if (fresh) {
                                chosen.add(c);
                            }
                        });
        return chosen.stream();
    }
}
