package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Gradients;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.sim.OnSimulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * CPU, reference and CUDA draw the same dropout mask, compared with each other bit by bit. The
 * scale is a power of two, so that no backend rounds.
 */
@OnSimulator
class DropoutMasksTest {
    private static final List<Device> DEVICES =
            List.of(Device.cpu(), new Device("reference", 0), Device.cuda(0));
    private static final Draw DRAW = new Draw(0xFEEDFACE12345678L, 2);
    private static final double SCALE = 2;

    /** What one plan gave: the masked input and the gradient behind the same mask. */
    private record Masked(Tensor y, Tensor dx) {
        boolean bitEquals(Masked o) {
            return y.bitEquals(o.y) && dx.bitEquals(o.dx);
        }
    }

    private static Masked run(Device device, Shape shape, Shape noise, double rate, long step) {
        Program p = new Program();
        Value x = p.input("x", shape, DType.FLOAT32);
        Value dy = p.input("dy", shape, DType.FLOAT32);
        Value steps = p.input("step", Shape.of(), DType.INT64);
        Value y = p.temp("y", shape);
        p.emit(new Dropout(x, steps, y, DRAW, noise, rate, SCALE));
        Value dx = Gradients.of(p, Map.of(y, dy), List.of(x)).get(x);
        Backend backend = device.open();
        try (Plan plan = new Plan(p, backend, DeviceMemory.of(backend), Set.of(y, dx))) {
            plan.feed(x, Tensor.full(shape, 1));
            plan.feed(dy, Tensor.full(shape, 0.5f));
            plan.feed(steps, Tensor.scalar(step));
            plan.run();
            return new Masked(plan.fetch(y), plan.fetch(dx));
        }
    }

    /** The same on all devices; returns one of them. */
    private static Masked agreed(Shape shape, Shape noise, double rate, long step) {
        List<Masked> all = DEVICES.stream().map(d -> run(d, shape, noise, rate, step)).toList();
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).bitEquals(all.get(0)))
                    .as("%s as %s, shape %s", DEVICES.get(i), DEVICES.get(0), shape)
                    .isTrue();
        }
        Masked m = all.get(0);
        for (int i = 0; i < m.y.size(); i++) {
            // forward 2 or 0, backward 1 or 0: one mask
            assertThat(m.y.floats()[i] == 2 * m.dx.floats()[i]).isTrue();
        }
        return m;
    }

    private static Shape shape(String dims) {
        return Shape.of(Stream.of(dims.split("x")).mapToInt(Integer::parseInt).toArray());
    }

    private static double dropped(Tensor y) {
        int zeros = 0;
        for (float v : y.floats()) {
            zeros += v == 0 ? 1 : 0;
        }
        return (double) zeros / y.size();
    }

    @ParameterizedTest
    @CsvSource({"1000003, 0.5", "1009x997, 0.1", "7x11x13x1001, 0.75"})
    void overAMillionElementsTheThreeAgree(String dims, double rate) {
        Shape s = shape(dims);
        assertThat(s.size()).isGreaterThan(1_000_000);
        Masked m = agreed(s, s, rate, 3);
        // six standard deviations of a binomial proportion
        double noise = 6 * Math.sqrt(rate * (1 - rate) / s.size());
        assertThat(dropped(m.y)).isCloseTo(rate, within(noise));
        System.out.printf(
                "dropout over %s: CPU, reference and CUDA agree on %,d bits; %.4f dropped of %s%n",
                dims, s.size(), dropped(m.y), rate);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3", "5", "31x1", "33x3", "1x1x1x1", "257x3x5", "255x17"})
    void shapesThatAreMultiplesOfNothingAgree(String dims) {
        Shape s = shape(dims);
        agreed(s, s, .4, 0);
    }

    @ParameterizedTest
    @CsvSource({"5x7x9, 5x1x9", "3x6x5x7, 3x1x1x7", "1x13, 1x1", "65x129, 65x1", "9x31, 1x31"})
    void sharedMasksAgree(String dims, String noise) {
        agreed(shape(dims), shape(noise), .3, 1);
    }

    @Test
    void rates0And1KeepAndDropAll() {
        Shape s = Shape.of(1001);
        assertThat(agreed(s, s, 0, 0).y.floats()).containsOnly(2);
        assertThat(agreed(s, s, 1, 0).y.floats()).containsOnly(0);
    }

    @Test
    void stepsBeyond32BitsAgreeAndDiffer() {
        Shape s = Shape.of(999);
        Masked low = agreed(s, s, .5, 5);
        Masked high = agreed(s, s, .5, (1L << 32) + 5);
        assertThat(high.y.bitEquals(low.y)).isFalse();
        assertThat(low.y.bitEquals(agreed(s, s, .5, 6).y)).isFalse();
    }
}
