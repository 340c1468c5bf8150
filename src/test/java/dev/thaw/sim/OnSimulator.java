package dev.thaw.sim;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The tests of this class run on the CUDA simulator, each with its settings and counters fresh;
 * where there is none they are skipped. At the end of all, the number of tests that ran on it is
 * printed.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(OnSimulator.Fresh.class)
public @interface OnSimulator {
    /** Loads the simulator and counts. */
    final class Fresh implements BeforeEachCallback, AfterEachCallback {
        @Override
        public void beforeEach(ExtensionContext context) {
            Simulator.require().reset();
        }

        @Override
        public void afterEach(ExtensionContext context) {
            new Counted().afterEach(context);
            Simulator.ifLoaded(Simulator::reset);
        }
    }

    /** Counts only: for tests that run on a GPU where there is one, and else on the simulator. */
    final class Counted implements AfterEachCallback {
        @Override
        public void afterEach(ExtensionContext context) {
            if (context.getExecutionException().isEmpty()) {
                Simulator.ifLoaded(s -> total(context).passed++);
            }
        }

        private static Total total(ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(OnSimulator.class))
                    .getOrComputeIfAbsent(Total.class);
        }
    }

    /** How many tests passed on the simulator; says so when JUnit closes it at the end. */
    final class Total implements AutoCloseable {
        private int passed;

        @Override
        public void close() {
            System.out.println("CUDA simulator: " + passed + " tests passed on it");
        }
    }
}
