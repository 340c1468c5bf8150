package dev.thaw.gpucheck;

import static jcuda.driver.JCudaDriver.cuProfilerStart;
import static jcuda.driver.JCudaDriver.cuProfilerStop;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

/**
 * One training step for a profiler that waits for the program to say when: arguments {@code
 * NETWORK}, batch, size. Without graphs ({@code -Dthaw.cuda.graphs=false}) it sees each kernel.
 */
public final class OneStep {
    private OneStep() {}

    /** Warms up, then runs the step once between the profiler's start and stop. */
    public static void main(String[] args) {
        Backend backend = Device.auto().open();
        System.err.println(backend.name() + ": " + backend.description());
        try (TrainingStep step =
                new TrainingStep(
                        backend, args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]))) {
            step.run(2);
            boolean profiled = backend.name().startsWith("cuda");
            if (profiled) {
                cuProfilerStart();
            }
            step.run(1);
            if (profiled) {
                cuProfilerStop();
            }
        }
        System.exit(0);
    }
}
