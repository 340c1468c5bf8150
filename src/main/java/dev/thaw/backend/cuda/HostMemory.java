package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages of the host's memory at fixed addresses, cut into small blocks that last as long as the
 * backend or until they are given back: arguments of kernels, constants for cuBLAS and cuDNN.
 */
final class HostMemory implements AutoCloseable {
    private static final int PAGE = 1 << 16;
    private static final int ALIGNMENT = 16;

    /** A block: where it is, and how Java writes to it. */
    record Block(DeviceAddress.Host address, ByteBuffer bytes) {}

    private final DeviceMemoryPool pool;
    private final List<DeviceAddress.Host> pages = new ArrayList<>();
    private final List<List<Block>> spare = new ArrayList<>();
    private DeviceAddress.Host page;
    private ByteBuffer view;
    private int next = PAGE;
    private boolean closed;

    HostMemory(DeviceMemoryPool pool) {
        this.pool = pool;
    }

    /** A block of at least this many bytes, at most a page. */
    synchronized Block take(int bytes) {
        int sizeClass = sizeClass(bytes);
        while (spare.size() <= sizeClass) {
            spare.add(new ArrayList<>());
        }
        List<Block> same = spare.get(sizeClass);
        if (!same.isEmpty()) {
            return same.remove(same.size() - 1);
        }
        int size = ALIGNMENT << sizeClass;
        if (size > PAGE) {
            throw new IllegalArgumentException("cuda: no block of " + bytes + " bytes");
        }
        if (next + size > PAGE) {
            newPage();
        }
        ByteBuffer part = view.slice(next, size).order(ByteOrder.nativeOrder());
        Block block = new Block(page.plus(next), part);
        next += size;
        return block;
    }

    private static int sizeClass(int bytes) {
        int c = 0;
        while (ALIGNMENT << c < bytes) {
            c++;
        }
        return c;
    }

    /** For the next who asks; what comes back later than the backend went with its pages. */
    synchronized void giveBack(Block block) {
        if (!closed) {
            spare.get(sizeClass(block.bytes().capacity())).add(block);
        }
    }

    private void newPage() {
        DeviceAddress.Host fresh = new DeviceAddress.Host();
        Status.driver(
                pool.insist(() -> cuMemHostAlloc(fresh, PAGE, 0)),
                "cuMemHostAlloc",
                "arguments of kernels");
        page = fresh;
        pages.add(page);
        view = page.getByteBuffer(0, PAGE);
        next = 0;
    }

    @Override
    public synchronized void close() {
        pages.forEach(p -> cuMemFreeHost(p));
        pages.clear();
        closed = true;
    }
}
