package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.op.Value;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

import java.util.function.Function;

/** A place in the GPU's memory whose number can be read. */
final class DeviceAddress extends CUdeviceptr {
    /** What operands lie on. */
    static final int ALIGNMENT = 256;

    DeviceAddress() {}

    private DeviceAddress(DeviceAddress from, long offset) {
        super(from, offset);
    }

    /** Where an operand lies. */
    static DeviceAddress of(Value v, Function<Value, Buffer> buffers) {
        return ((CudaBuffer) buffers.apply(v)).address();
    }

    /** So many bytes, and then another operand. */
    static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    DeviceAddress plus(long offset) {
        return new DeviceAddress(this, offset);
    }

    long value() {
        return getNativePointer() + getByteOffset();
    }

    /** The same for memory of the host that CUDA allocated. */
    static final class Host extends Pointer {
        Host() {}

        private Host(Host from, long offset) {
            super(from, offset);
        }

        Host plus(long offset) {
            return new Host(this, offset);
        }

        long value() {
            return getNativePointer() + getByteOffset();
        }
    }
}
