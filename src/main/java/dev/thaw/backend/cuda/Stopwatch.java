package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.Kernel;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;

/** Measures how long the GPU works on a kernel. */
@FunctionalInterface
interface Stopwatch {
    /**
     * Launches the kernel once and waits for it.
     *
     * @param candidate whose kernel it is
     * @param runs how often the kernel does its work
     * @return microseconds that one run takes
     */
    double microseconds(String candidate, Kernel kernel, int runs);

    /** By two events on the GPU's stream. */
    static Stopwatch events(Gpu gpu) {
        return (candidate, kernel, runs) -> {
            CUevent[] events = {new CUevent(), new CUevent()};
            int made = 0;
            try {
                for (CUevent e : events) {
                    Status.driver(
                            cuEventCreate(e, CUevent_flags.CU_EVENT_DEFAULT),
                            "cuEventCreate",
                            "a trial");
                    made++;
                }
                record(events[0], gpu);
                kernel.launch();
                record(events[1], gpu);
                Status.driver(
                        cuEventSynchronize(events[1]), "cuEventSynchronize", "a trial's kernel");
                float[] milliseconds = new float[1];
                Status.driver(
                        cuEventElapsedTime(milliseconds, events[0], events[1]),
                        "cuEventElapsedTime",
                        "a trial");
                return 1e3 * milliseconds[0] / runs;
            } finally {
                for (int i = 0; i < made; i++) {
                    cuEventDestroy(events[i]);
                }
            }
        };
    }

    private static void record(CUevent event, Gpu gpu) {
        Status.driver(cuEventRecord(event, gpu.stream()), "cuEventRecord", "a trial");
    }
}
