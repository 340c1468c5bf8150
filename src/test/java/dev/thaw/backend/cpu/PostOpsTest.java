package dev.thaw.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.op.Convolution;
import dev.thaw.op.MatMul;
import dev.thaw.op.Program;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Set;

/** A rectifier within oneDNN: what is below 0 becomes 0, without a sign, and NaN stays. */
final class PostOpsTest {
    private static final float[] IDENTITY = {1, 0, 0, 0, 1, 0, 0, 0, 1};

    private final Program program = new Program();

    /** The result for a row of numbers and a row with NaN, each times the identity. */
    private float[] run(Value x, Value w, Value y) {
        Backend backend = Device.cpu().open();
        float[] rows = {-1, 3, 8, Float.NaN, 1, 1};
        try (Plan plan = new Plan(program, backend, DeviceMemory.of(backend), Set.of(y))) {
            plan.feed(x, Tensor.of(rows, x.shape().toArray()));
            plan.feed(w, Tensor.of(IDENTITY, w.shape().toArray()));
            plan.run();
            return plan.fetch(y).floats();
        }
    }

    private static void check(Rectifier rectifier, float[] y) {
        float[] expected =
                switch (rectifier) {
                    case NONE -> new float[] {-1, 3, 8};
                    case RELU -> new float[] {0, 3, 8};
                    case RELU6 -> new float[] {0, 3, 6};
                };
        for (int i = 0; i < 3; i++) {
            assertThat(Float.floatToRawIntBits(y[i]))
                    .isEqualTo(Float.floatToRawIntBits(expected[i]));
            assertThat(y[3 + i]).isNaN(); // NaN times 0 is NaN too
        }
    }

    @ParameterizedTest
    @EnumSource
    void behindAProduct(Rectifier rectifier) {
        Value x = program.input("x", Shape.of(2, 3), DType.FLOAT32);
        Value w = program.input("w", Shape.of(3, 3), DType.FLOAT32);
        Value y = program.temp("y", Shape.of(2, 3));
        program.emit(new MatMul(x, w, null, y, false, false, rectifier));
        check(rectifier, run(x, w, y));
    }

    @ParameterizedTest
    @EnumSource
    void behindAConvolution(Rectifier rectifier) {
        Value x = program.input("x", Shape.of(1, 1, 2, 3), DType.FLOAT32);
        Value w = program.input("w", Shape.of(1, 1, 3, 3), DType.FLOAT32);
        Value y = program.temp("y", Shape.of(1, 1, 2, 3));
        List<Integer> ones = List.of(1, 1);
        List<Integer> none = List.of(0, 0);
        Window cell = new Window(ones, ones, ones, none, none);
        program.emit(new Convolution(x, w, null, null, y, cell, 1, rectifier));
        check(rectifier, run(x, w, y));
    }
}
