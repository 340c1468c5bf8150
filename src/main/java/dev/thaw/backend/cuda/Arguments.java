package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Value;
import dev.thaw.tensor.Walk;

import jcuda.driver.CUfunction;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * Collects a kernel's arguments in the order of its parameters, then lays them out once: each from
 * 8 bytes on, behind a table of their addresses, as {@code cuLaunchKernel} wants it.
 */
final class Arguments {
    /** The axes that a kernel walks over. */
    static final int MOST_AXES = 6;

    private static final int SLOT = 8;

    private final Engine engine;
    private final Function<Value, Buffer> buffers;
    private final String doing;
    private long[] slots = new long[16];
    private int count;

    /** The slots that go on with the argument before them. */
    private final BitSet inner = new BitSet();

    Arguments(Engine engine, Function<Value, Buffer> buffers, String doing) {
        this.engine = engine;
        this.buffers = buffers;
        this.doing = doing;
    }

    private Arguments add(long bits) {
        if (count == slots.length) {
            slots = Arrays.copyOf(slots, 2 * count);
        }
        slots[count++] = bits;
        return this;
    }

    /** The address of an operand; a null pointer for one that is absent. */
    Arguments value(Value v) {
        return add(v == null ? 0 : DeviceAddress.of(v, buffers).value());
    }

    /** The addresses of several operands, in order. */
    Arguments values(Value... all) {
        for (Value v : all) {
            value(v);
        }
        return this;
    }

    /** An address; null for none. */
    Arguments address(DeviceAddress address) {
        return add(address == null ? 0 : address.value());
    }

    /** The address of what lies in an operand from this element on. */
    Arguments element(Value v, long index) {
        return add(DeviceAddress.of(v, buffers).value() + index * v.dtype().bytes());
    }

    /** A long long. */
    Arguments number(long v) {
        return add(v);
    }

    /** An int. */
    Arguments integer(int v) {
        return add(v & 0xffffffffL);
    }

    /** Several int. */
    Arguments integers(int... all) {
        for (int v : all) {
            integer(v);
        }
        return this;
    }

    /** The extents of a walk, and the strides of each of its operands. */
    Arguments walk(Walk walk) {
        six(walk.extents(), 1);
        for (int[] strides : walk.strides()) {
            six(strides, 0);
        }
        return this;
    }

    /** Six int, those that are not there in front. */
    private void six(int[] numbers, int absent) {
        if (numbers.length > MOST_AXES) {
            throw new IllegalStateException(
                    "cuda: kernels walk over at most %d axes that cannot be merged, got %d"
                            .formatted(MOST_AXES, numbers.length));
        }
        for (int i = numbers.length; i < MOST_AXES; i++) {
            integer(absent);
        }
        integers(numbers);
    }

    /** A float. */
    Arguments real(double v) {
        return integer(Float.floatToRawIntBits((float) v));
    }

    /** A struct of floats, an odd number of them as well. */
    Arguments reals(float... all) {
        int argument = count;
        for (int i = 0; i < all.length; i += 2) {
            long low = Float.floatToRawIntBits(all[i]) & 0xffffffffL;
            long high = i + 1 < all.length ? Float.floatToRawIntBits(all[i + 1]) : 0;
            add(high << Float.SIZE | low);
        }
        inner.set(argument + 1, count);
        return this;
    }

    /** Fixes everything. */
    Kernel launch(CUfunction function, Launch.Grid grid) {
        return launch(function, grid, List.of());
    }

    /** Fixes everything; what the kernel owns is freed with it. */
    Kernel launch(CUfunction function, Launch.Grid grid, List<? extends AutoCloseable> owned) {
        HostMemory.Block block = engine.hostMemory().take(2 * SLOT * count);
        ByteBuffer bytes = block.bytes().order(ByteOrder.nativeOrder());
        long base = block.address().value();
        int argument = 0;
        for (int i = 0; i < count; i++) {
            if (!inner.get(i)) {
                bytes.putLong(SLOT * argument++, base + SLOT * (count + i));
            }
            bytes.putLong(SLOT * (count + i), slots[i]);
        }
        return new Launch(
                function,
                grid,
                engine.gpu().stream(),
                block.address(),
                doing,
                () -> {
                    engine.hostMemory().giveBack(block);
                    owned.forEach(Arguments::close);
                });
    }

    private static void close(AutoCloseable owned) {
        try {
            owned.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
