package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.conformance.MatMulConformance.Product;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.stream.Stream;

/** The suites must notice a backend that is wrong. */
final class HarnessTest {
    /** What a broken kernel leaves in its result. */
    private enum Fault {
        NONE {
            @Override
            double left(double before, double right, boolean last) {
                return right;
            }
        },
        DOES_NOTHING {
            @Override
            double left(double before, double right, boolean last) {
                return before;
            }
        },
        LEAVES_THE_LAST_OUT {
            @Override
            double left(double before, double right, boolean last) {
                return last ? before : right;
            }
        },
        ADDS_TO_WHAT_WAS_THERE {
            @Override
            double left(double before, double right, boolean last) {
                return (Double.isNaN(before) ? 0 : before) + right;
            }
        },
        IS_OFF_IN_THE_FIFTH_DIGIT {
            @Override
            double left(double before, double right, boolean last) {
                return right * (1 + 2e-5);
            }
        };

        abstract double left(double before, double right, boolean last);
    }

    private static final class Broken extends ReferenceBackend {
        private final Fault fault;

        Broken(Fault fault) {
            this.fault = fault;
        }

        @Override
        public Prepared prepare(Op op) {
            Prepared sound = super.prepare(op);
            Value y = op.outputs().get(0);
            return (buffers, workspace) -> {
                Kernel kernel = sound.bind(buffers, workspace);
                return () -> spoil(kernel, buffers.apply(y), (int) y.size());
            };
        }

        private void spoil(Kernel kernel, Buffer result, int n) {
            double[] before = new double[n];
            double[] after = new double[n];
            download(result, before);
            kernel.launch();
            download(result, after);
            for (int i = 0; i < n; i++) {
                after[i] = fault.left(before[i], after[i], i == n - 1);
            }
            upload(after, result);
        }
    }

    private static void run(Fault fault) {
        Conformance suite =
                new MatMulConformance() {
                    @Override
                    Backend backend() {
                        return new Broken(fault);
                    }

                    @Override
                    Stream<OpCase> cases() {
                        return Stream.of();
                    }
                };
        suite.agreesWithTheReference(
                new OpCase(
                        "product",
                        d -> MatMulConformance.matMul(d, new Product(3, 7, 17), true, true, true)));
    }

    @Test
    void acceptsASoundBackend() {
        run(Fault.NONE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesABrokenOne(Fault fault) {
        assertThatCode(() -> run(fault)).isInstanceOf(AssertionError.class);
    }
}
