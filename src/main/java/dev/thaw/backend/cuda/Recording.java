package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.Kernel;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;

/**
 * Kernels that become one launch: a CUDA graph.
 *
 * <p>The first launch runs them one by one, as a step like any other, and the libraries make what
 * they make at a first call. The second launch records: the driver notes each kernel with its
 * arguments and runs none; then the whole is launched, once. All later launches replay it. What
 * changes from step to step (inputs, learning rate, counters, the step of the random numbers) lies
 * at fixed addresses, so that a replay reads what is there then.
 *
 * <p>Where something cannot be recorded, the kernels go on to be launched one by one.
 */
final class Recording implements Kernel {
    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);

    private final Kernel[] kernels;
    private final Set<Recording> open;
    private final CUstream stream;
    private final DeviceMemoryPool memory;
    private Runnable turn = this::first;
    private CUgraphExec graph;

    /**
     * @param memory of the GPU, of which a graph needs some
     * @param open the recordings that are not closed; this one joins them
     */
    Recording(List<Kernel> kernels, CUstream stream, DeviceMemoryPool memory, Set<Recording> open) {
        this.kernels = kernels.toArray(Kernel[]::new);
        this.stream = stream;
        this.memory = memory;
        this.open = open;
        open.add(this);
    }

    @Override
    public void launch() {
        turn.run();
    }

    private void first() {
        eager();
        turn = this::second;
    }

    private void second() {
        turn = this::eager; // what cannot be recorded is not tried again
        graph = record();
        if (graph != null) {
            turn = this::replay;
        }
        turn.run();
    }

    private void eager() {
        for (Kernel k : kernels) {
            k.launch();
        }
    }

    private void replay() {
        Status.driver(cuGraphLaunch(graph, stream), "cuGraphLaunch", "a recorded step");
    }

    /** A graph of all kernels, ready to be launched; null where that cannot be. */
    private CUgraphExec record() {
        CUgraph recorded = new CUgraph();
        CUgraphExec made = new CUgraphExec();
        boolean complete = false;
        try {
            capture(recorded);
            complete = true;
            Status.driver(
                    memory.insist(() -> cuGraphInstantiate(made, recorded, 0)),
                    "cuGraphInstantiate",
                    "a step");
        } catch (RuntimeException e) {
            LOG.warn("a step cannot be recorded as a CUDA graph and runs op by op: {}", text(e));
            return null;
        } finally {
            if (complete) {
                cuGraphDestroy(recorded); // what was made of it lives on
            }
        }
        return upload(made) ? made : null;
    }

    /** Puts the graph on the GPU now, where a lack of memory still has a way out. */
    private boolean upload(CUgraphExec made) {
        int status = memory.insist(() -> cuGraphUpload(made, stream));
        if (status != CUresult.CUDA_SUCCESS) {
            cuGraphExecDestroy(made);
            LOG.warn(
                    "a step's CUDA graph cannot be put on the GPU, and the step runs op by op: {}",
                    Status.driverError(status));
        }
        return status == CUresult.CUDA_SUCCESS;
    }

    /** Ends the capture whatever happens, so that the stream can be used again. */
    private void capture(CUgraph into) {
        // another backend of this process may allocate meanwhile
        Status.driver(
                cuStreamBeginCapture(
                        stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "cuStreamBeginCapture",
                "a step");
        int end;
        RuntimeException failed = null;
        try {
            eager();
        } catch (RuntimeException e) {
            failed = e;
        } finally {
            end = cuStreamEndCapture(stream, into);
        }
        if (failed != null) {
            if (end == CUresult.CUDA_SUCCESS) {
                cuGraphDestroy(into);
            }
            throw failed;
        }
        Status.driver(end, "cuStreamEndCapture", "a step");
    }

    private static String text(RuntimeException e) {
        return String.valueOf(e.getMessage()).replace('\n', ' ');
    }

    /** Frees the graph; one that is still running ends first. The kernels are their owner's. */
    @Override
    public void close() {
        open.remove(this);
        if (graph != null) {
            cuGraphExecDestroy(graph);
            graph = null;
        }
    }
}
