package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

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
 * generator's state lies on the device, so that each replay of a graph draws anew.
 */
final class CudnnDropout {
    /** A program's counter of steps is its own, so that this names one mask of one program. */
    private record Key(Value step, Draw draw) {}

    /** What the two ops share. It belongs to the first. */
    private record Mask(
            cudnnDropoutDescriptor descriptor,
            cudnnTensorDescriptor x,
            CudaBuffer reserve,
            long size) {}

    private final Map<Key, Mask> masks = new HashMap<>();
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
                op.x().size() > 0
                        && op.noise().size() == op.x().size()
                        && op.rate() < 1
                        && op.scale() == 1 / (1 - op.rate());
        if (!has) {
            return null;
        }
        Key key = new Key(op.step(), op.draw());
        Mask mask = masks.get(key);
        return mask == null ? draw(engine, key, op) : apply(engine, mask, op);
    }

    private Prepared draw(Engine engine, Key key, Dropout op) {
        Descriptors own = new Descriptors(op);
        try {
            Mask mask = make(engine, own, op);
            masks.put(key, mask);
            own.own(() -> masks.remove(key));
            return own.prepared(
                    0,
                    (buffers, workspace) -> {
                        DeviceAddress x = CudaBuffer.of(op.x(), buffers).address();
                        DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                        return () ->
                                own.check(
                                        cudnnDropoutForward(
                                                engine.cudnn(),
                                                mask.descriptor,
                                                mask.x,
                                                x,
                                                mask.x,
                                                y,
                                                mask.reserve.address(),
                                                mask.reserve.bytes()),
                                        "cudnnDropoutForward");
                    });
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private Mask make(Engine engine, Descriptors own, Dropout op) {
        int size = Math.toIntExact(op.x().size());
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
        return new Mask(descriptor, x, reserve, size);
    }

    /** By the mask that was drawn last. */
    private Prepared apply(Engine engine, Mask mask, Dropout op) {
        Descriptors own = new Descriptors(op);
        return own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress dy = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress dx = CudaBuffer.of(op.y(), buffers).address();
                    return () ->
                            own.check(
                                    cudnnDropoutBackward(
                                            engine.cudnn(),
                                            mask.descriptor,
                                            mask.x,
                                            dy,
                                            mask.x,
                                            dx,
                                            mask.reserve.address(),
                                            mask.reserve.bytes()),
                                    "cudnnDropoutBackward");
                });
    }
}
