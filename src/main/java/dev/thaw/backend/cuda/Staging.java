package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.tensor.Tensor;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies tensors by way of page-locked memory. An upload returns when the host's array may change
 * again, and what is launched after it sees it.
 *
 * <p>Small ones (a learning rate, labels) take their place in the stream of the kernels, each in
 * the next of {@value #SMALL_SLOTS} slots, so that none waits for a step that runs before so many
 * are queued up. Large ones (a batch of images) go by one of two {@link Landing}s that are as large
 * as the largest of them: the next batch is copied while a step runs. Downloads come after
 * everything that was launched.
 */
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

    private static final int SMALL = 64 << 10;
    private static final int SMALL_SLOTS = 16;
    private static final int CHUNK = 4 << 20;

    /** Larger ones go in pieces: a landing's memory stays taken, twice, on host and device. */
    private static final long MOST_LANDING = 128L << 20;

    private final Gpu gpu;
    private final DeviceMemoryPool pool;
    private final CUstream copies = new CUstream();
    private final PinnedBuffer[] small = new PinnedBuffer[SMALL_SLOTS];
    private final PinnedBuffer[] chunks = new PinnedBuffer[2];
    private final Landing[] landings = new Landing[2];
    private int smallTurn;
    private int chunkTurn;
    private int landingTurn;
    private boolean roomToLand = true;

    Staging(Gpu gpu, DeviceMemoryPool pool) {
        this.gpu = gpu;
        this.pool = pool;
        Status.driver(
                cuStreamCreate(copies, CUstream_flags.CU_STREAM_NON_BLOCKING),
                "cuStreamCreate",
                "staging");
        for (int i = 0; i < small.length; i++) {
            small[i] = new PinnedBuffer(SMALL);
        }
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = new PinnedBuffer(CHUNK);
        }
    }

    void upload(Tensor source, CudaBuffer target) {
        requireRoom(source, target);
        long bytes = (long) source.size() * source.dtype().bytes();
        if (bytes <= SMALL) {
            copyIn(small[smallTurn = (smallTurn + 1) % small.length], source, 0, source.size(), target);
            return;
        }
        int size = source.dtype().bytes();
        long piece = Math.min(bytes, MOST_LANDING);
        boolean lands = roomFor(piece);
        int step = (int) (lands ? piece : CHUNK) / size;
        for (int at = 0; at < source.size(); at += step) {
            int n = Math.min(step, source.size() - at);
            if (lands) {
                landings[landingTurn ^= 1].upload(
                        source, at, n, target.address().plus((long) at * size));
            } else {
                copyIn(chunks[chunkTurn ^= 1], source, at, n, target);
            }
        }
    }

    private void copyIn(PinnedBuffer by, Tensor source, int at, int n, CudaBuffer target) {
        int size = source.dtype().bytes();
        by.fill(source, at, n);
        Status.driver(
                cuMemcpyHtoDAsync(
                        target.address().plus((long) at * size),
                        by.memory(),
                        (long) n * size,
                        gpu.stream()),
                "cuMemcpyHtoDAsync",
                "upload " + source.shape());
        by.copying(gpu.stream());
    }

    /** Whether both landings hold so much; makes larger ones where they do not. */
    private boolean roomFor(long bytes) {
        for (int i = 0; i < landings.length && roomToLand; i++) {
            if (landings[i] == null || landings[i].bytes() < bytes) {
                leave(i);
                try {
                    landings[i] =
                            new Landing(pool.allocate(bytes, "a batch"), gpu.stream(), copies);
                } catch (DeviceOutOfMemoryException e) {
                    LOG.debug("no room on the GPU for the next batch: {}", e.getMessage());
                    giveBack();
                }
            }
        }
        return roomToLand;
    }

    private void leave(int i) {
        if (landings[i] != null) {
            landings[i].close();
            landings[i] = null;
        }
    }

    /** Batches wait for the steps before them from here on: the GPU is full. */
    private void giveBack() {
        roomToLand = false;
        for (int i = 0; i < landings.length; i++) {
            leave(i);
        }
    }

    void download(CudaBuffer source, Tensor target) {
        int size = target.dtype().bytes();
        requireRoom(target, source);
        int step = CHUNK / size;
        int before = -1;
        for (int at = 0; at < target.size(); at += step) {
            int n = Math.min(step, target.size() - at);
            PinnedBuffer by = chunks[chunkTurn ^= 1];
            by.await();
            Status.driver(
                    cuMemcpyDtoHAsync(
                            by.memory(),
                            source.address().plus((long) at * size),
                            (long) n * size,
                            gpu.stream()),
                    "cuMemcpyDtoHAsync",
                    "download " + target.shape());
            by.copying(gpu.stream());
            if (before >= 0) {
                chunks[chunkTurn ^ 1].empty(target, before, step);
            }
            before = at;
        }
        if (before >= 0) {
            chunks[chunkTurn].empty(target, before, target.size() - before);
        } else {
            gpu.synchronize();
        }
    }

    private static void requireRoom(Tensor tensor, CudaBuffer buffer) {
        long bytes = (long) tensor.size() * tensor.dtype().bytes();
        if (bytes > buffer.bytes()) {
            throw new IllegalArgumentException(
                    "cuda: a tensor "
                            + tensor.shape()
                            + " has "
                            + bytes
                            + " bytes, the buffer "
                            + buffer.bytes());
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < landings.length; i++) {
            leave(i);
        }
        for (PinnedBuffer b : small) {
            b.close();
        }
        for (PinnedBuffer b : chunks) {
            b.close();
        }
        cuStreamDestroy(copies);
    }
}
