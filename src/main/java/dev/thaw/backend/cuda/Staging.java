package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.tensor.Tensor;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * Copies tensors by way of page-locked memory. An upload returns when the host's array may change
 * again, and what is launched after it sees it.
 *
 * <p>Small ones (a learning rate, labels) take their place in the stream of the kernels, each in
 * the next of {@value #SMALL_SLOTS} slots, so that none waits for a step that runs before so many
 * are queued up. Large ones (weights) go that way in pieces of 4 MiB, two in flight. Large ones
 * into a buffer that was filled {@value #FILLS} times before (a batch of images) go by one of two
 * {@link Landing}s in turn: the next batch is copied while a step runs. Downloads come after
 * everything that was launched.
 *
 * <p>Landings are as large as the largest such upload, at most 64 MiB, on the host and on the GPU.
 * Theirs is the first memory that is given back where the GPU is full.
 */
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

    private static final int SMALL = 64 << 10;
    private static final int SMALL_SLOTS = 16;
    private static final int CHUNK = 4 << 20;

    /** By then a step has been recorded: the memory for its graph is more urgent. */
    private static final int FILLS = 2;

    /** Larger ones go in pieces. */
    private static final int MOST_LANDING = 64 << 20;

    private final Gpu gpu;
    private final DeviceMemoryPool pool;
    private final CUstream copies = new CUstream();
    private final PinnedBuffer[] small = new PinnedBuffer[SMALL_SLOTS];
    private final PinnedBuffer[] chunks = new PinnedBuffer[2];
    private final Landing[] landings = new Landing[2];
    private int smallTurn;
    private int chunkTurn;
    private int landingTurn;
    private long tooLarge = Long.MAX_VALUE;

    Staging(Gpu gpu, DeviceMemoryPool pool) {
        this.gpu = gpu;
        this.pool = pool;
        Status.driver(
                cuStreamCreate(copies, CUstream_flags.CU_STREAM_NON_BLOCKING),
                "cuStreamCreate",
                "staging");
        try {
            for (int i = 0; i < small.length; i++) {
                small[i] = new PinnedBuffer(SMALL);
            }
            for (int i = 0; i < chunks.length; i++) {
                chunks[i] = new PinnedBuffer(CHUNK);
            }
        } catch (CudaException e) {
            close();
            throw e;
        }
        pool.whenFull(this::leave);
    }

    void upload(Tensor source, CudaBuffer target) {
        requireRoom(source, target);
        int size = source.dtype().bytes();
        long bytes = (long) source.size() * size;
        boolean lands = bytes > SMALL && target.fill() > FILLS && makeRoom(bytes);
        int step = (lands ? MOST_LANDING : CHUNK) / size;
        for (int at = 0; at < source.size(); at += step) {
            int n = Math.min(step, source.size() - at);
            DeviceAddress to = target.address().plus((long) at * size);
            if (lands) {
                landings[landingTurn ^= 1].upload(source, at, n, to);
            } else if (bytes <= SMALL) {
                smallTurn = (smallTurn + 1) % small.length;
                copyIn(small[smallTurn], source, at, n, to);
            } else {
                copyIn(chunks[chunkTurn ^= 1], source, at, n, to);
            }
        }
    }

    private void copyIn(PinnedBuffer by, Tensor source, int at, int n, DeviceAddress target) {
        by.fill(source, at, n);
        Status.driver(
                cuMemcpyHtoDAsync(
                        target, by.memory(), (long) n * source.dtype().bytes(), gpu.stream()),
                "cuMemcpyHtoDAsync",
                "upload " + source.shape());
        by.copying(gpu.stream());
    }

    /** Whether both landings hold so much, or a piece; makes larger ones where they do not. */
    private boolean makeRoom(long bytes) {
        long piece = Math.min(bytes, MOST_LANDING);
        if (landings[1] != null && landings[1].bytes() >= piece) {
            return true;
        }
        if (piece >= tooLarge) {
            return false;
        }
        leave();
        // neither is one of the landings before both are there: making one asks those back
        Landing first = Landing.make(pool, piece, gpu.stream(), copies);
        Landing second = first == null ? null : Landing.make(pool, piece, gpu.stream(), copies);
        if (second == null) {
            LOG.debug("no room to copy {} bytes ahead: such batches wait for a step", piece);
            tooLarge = piece;
            if (first != null) {
                first.close();
            }
            return false;
        }
        landings[0] = first;
        landings[1] = second;
        return true;
    }

    /** Gives the landings' memory back, when the copies that are under way have ended. */
    private void leave() {
        for (int i = 0; i < landings.length; i++) {
            if (landings[i] != null) {
                landings[i].close();
                landings[i] = null;
            }
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
                    "cuda: a tensor %s has %s bytes, the buffer %s"
                            .formatted(tensor.shape(), bytes, buffer.bytes()));
        }
    }

    @Override
    public void close() {
        leave();
        Stream.of(small, chunks)
                .flatMap(Stream::of)
                .filter(Objects::nonNull)
                .forEach(PinnedBuffer::close);
        cuStreamDestroy(copies);
    }
}
