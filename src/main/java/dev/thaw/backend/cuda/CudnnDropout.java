package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Value;

import jcuda.jcudnn.cudnnDropoutDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.HashMap;
import java.util.Map;

/**
 * Dropout by cuDNN. A program has the same op twice, on x and on the upstream gradient: the first
 * one that is prepared draws a mask at each launch, and keeps it for the second one. The
 * generator's state lies on the device, so that each replay of a graph draws anew. What cuDNN
 * refuses shows at the latest when the first one is bound, which tries both calls.
 */
final class CudnnDropout {
    /** A program's counter of steps is its own, so that this names one mask of one program. */
    private record Key(Value step, Draw draw) {}

    /** What the two ops share. It belongs to the first. */
    private record Mask(
            cudnnDropoutDescriptor descriptor, cudnnTensorDescriptor x, CudaBuffer reserve) {}

    /** A mask, or why there is none; both ops are then run by our kernels, as both must agree. */
    private static final class Shared {
        Mask mask;
        CudnnException refusal;

        Mask mask() {
            if (refusal != null) {
                throw refusal;
            }
            return mask;
        }
    }

    private final Map<Key, Shared> masks = new HashMap<>();
    private long made;

    static void register(CudaKernelTable table) {
        table.offer(
                Dropout.class,
                Family.DROPOUT,
                "cudnn",
                new CudnnDropout()::prepare,
                () -> new CudnnDropout()::prepare);
    }

    /** Null where cuDNN does not have it. */
    private Prepared prepare(Engine engine, Dropout op) {
        boolean has =
                op.x().size() <= Integer.MAX_VALUE
                        && op.noise().size() == op.x().size()
                        && op.rate() < 1
                        && op.scale() == 1 / (1 - op.rate());
        if (!has) {
            return null;
        }
        Key key = new Key(op.step(), op.draw());
        Shared shared = masks.get(key);
        return shared == null ? draw(engine, key, op) : apply(engine, shared, op);
    }

    private Prepared draw(Engine engine, Key key, Dropout op) {
        Shared shared = new Shared();
        Descriptors own = new Descriptors(op);
        try {
            shared.mask = make(engine, own, op);
        } catch (CudnnException e) {
            shared.refusal = e;
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
        masks.put(key, shared);
        own.own(() -> masks.remove(key));
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    Mask mask = shared.mask();
                    DeviceAddress x = DeviceAddress.of(op.x(), buffers);
                    DeviceAddress y = DeviceAddress.of(op.y(), buffers);
                    try {
                        Kernel drawn = forward(engine, own.doing(), mask, x, y);
                        backward(engine, own.doing(), mask, y, y); // as the other op will ask
                        return drawn;
                    } catch (CudnnException e) {
                        shared.refusal = e;
                        throw e;
                    }
                });
    }

    private static Kernel forward(
            Engine engine, String doing, Mask mask, DeviceAddress x, DeviceAddress y) {
        return CudnnCall.tried(
                "cudnnDropoutForward",
                doing,
                () ->
                        cudnnDropoutForward(
                                engine.cudnn(),
                                mask.descriptor,
                                mask.x,
                                x,
                                mask.x,
                                y,
                                mask.reserve.address(),
                                mask.reserve.bytes()));
    }

    private static Kernel backward(
            Engine engine, String doing, Mask mask, DeviceAddress dy, DeviceAddress dx) {
        return CudnnCall.tried(
                "cudnnDropoutBackward",
                doing,
                () ->
                        cudnnDropoutBackward(
                                engine.cudnn(),
                                mask.descriptor,
                                mask.x,
                                dy,
                                mask.x,
                                dx,
                                mask.reserve.address(),
                                mask.reserve.bytes()));
    }

    private Mask make(Engine engine, Descriptors own, Dropout op) {
        int size = (int) op.x().size();
        cudnnTensorDescriptor x = own.tensor(cudnnTensorFormat.CUDNN_TENSOR_NCHW, 1, 1, 1, size);
        long[] bytes = new long[1];
        own.check(cudnnDropoutGetReserveSpaceSize(x, bytes), "cudnnDropoutGetReserveSpaceSize");
        CudaBuffer reserve = engine.memory().allocate(bytes[0], "dropout's mask");
        own.own(reserve);
        own.check(cudnnDropoutGetStatesSize(engine.cudnn(), bytes), "cudnnDropoutGetStatesSize");
        CudaBuffer states = engine.memory().allocate(bytes[0], "dropout's generator");
        own.own(states);
        cudnnDropoutDescriptor descriptor = own.dropout();
        // plans for other batch sizes must not repeat this one's masks
        long seed = op.draw().seed() + 0x9E3779B97F4A7C15L * (op.draw().call() + 31L * made++);
        own.check(
                cudnnSetDropoutDescriptor(
                        descriptor,
                        engine.cudnn(),
                        (float) op.rate(),
                        states.address(),
                        states.bytes(),
                        seed),
                "cudnnSetDropoutDescriptor");
        return new Mask(descriptor, x, reserve);
    }

    /** By the mask that was drawn last. */
    private static Prepared apply(Engine engine, Shared shared, Dropout op) {
        String doing = Engine.describe(op);
        return (buffers, workspace) ->
                backward(
                        engine,
                        doing,
                        shared.mask(),
                        DeviceAddress.of(op.x(), buffers),
                        DeviceAddress.of(op.y(), buffers));
    }
}
