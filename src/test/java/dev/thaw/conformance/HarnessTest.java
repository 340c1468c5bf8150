package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.conformance.ConvolutionConformance.Geometry;
import dev.thaw.conformance.MatMulConformance.Product;
import dev.thaw.conformance.NormalizationConformance.Weights;
import dev.thaw.op.Fn;
import dev.thaw.op.Op;
import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
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

    /** A backend whose kernel of one op, of all that a case runs, is wrong. */
    private static final class Broken extends ReferenceBackend {
        private final Class<?> type;
        private final Fault fault;

        Broken(Class<?> type, Fault fault) {
            this.type = type;
            this.fault = fault;
        }

        @Override
        public Prepared prepare(Op op) {
            Prepared sound = super.prepare(op);
            if (op.getClass() != type) {
                return sound;
            }
            Value y = (op.outputs().isEmpty() ? op.updates() : op.outputs()).get(0);
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

    private static OpCase of(String family, Consumer<Draft> body) {
        return new OpCase(family, body);
    }

    /** A case of each family, which begins with the op that is broken. */
    static List<OpCase> families() {
        Shape s = Shape.of(4, 17);
        Geometry g = ConvolutionConformance.same(List.of(4, 5), List.of(3, 2), 2, 1);
        Shape images = Windows.shape(List.of(2), g.in(), 3);
        return List.of(
                of(
                        "elementwise",
                        d ->
                                ElementwiseConformance.unary(
                                        d, Fn.of(Fn.Function.TANH), d.uniform("x", s, -2, 2))),
                of(
                        "shape",
                        d -> ShapeConformance.transpose(d, Shape.of(2, 3, 4), List.of(2, 0, 1))),
                of(
                        "product",
                        d -> MatMulConformance.matMul(d, new Product(3, 7, 17), true, true, true)),
                of("convolution", d -> ConvolutionConformance.convolution(d, 2, g, 2, 3, 1, true)),
                of(
                        "pool",
                        d ->
                                PoolConformance.pool(
                                        d, Pool.Function.AVERAGE, g, d.normal("x", images))),
                of(
                        "normalization",
                        d ->
                                NormalizationConformance.batchTrain(
                                        d, d.normal("x", s), 1, Weights.BOTH)),
                of("random", d -> RandomConformance.dropout(d, s, s, .4)),
                of("image", d -> ImageConformance.uniform(d, s)),
                of("loss", d -> LossConformance.softmax(d, s)),
                OptimizerConformance.table().findFirst().orElseThrow());
    }

    static Stream<Arguments> faults() {
        return families().stream()
                .flatMap(
                        c ->
                                EnumSet.complementOf(EnumSet.of(Fault.NONE)).stream()
                                        .map(fault -> Arguments.of(c, fault)));
    }

    private static void run(OpCase c, Fault fault) {
        Class<?> broken = c.build().program().instructions().get(0).op().getClass();
        Conformance suite =
                new Conformance() {
                    @Override
                    Backend backend() {
                        return new Broken(broken, fault);
                    }

                    @Override
                    Stream<OpCase> cases() {
                        return Stream.of(c);
                    }
                };
        suite.agreesWithTheReference(c);
    }

    @ParameterizedTest
    @MethodSource("families")
    void acceptsASoundBackend(OpCase c) {
        run(c, Fault.NONE);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("faults")
    void refusesABrokenOne(OpCase c, Fault fault) {
        assertThatCode(() -> run(c, fault)).isInstanceOf(AssertionError.class);
    }
}
