package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;
import dev.thaw.file.CacheFolder;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.sim.Simulator;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own that finds the simulated libraries in a folder, as it would find NVIDIA's: the
 * whole way through the search and the unpacking of natives, which in the tests' own JVM the
 * simulator has gone before.
 */
final class SimulatedProcess implements AutoCloseable {
    /** How a child ended. */
    record Outcome(int status, List<String> lines) {
        String last() {
            return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        }
    }

    private static final String READY = "ready";

    private final Process process;
    private final BufferedReader output;

    /**
     * Starts it; it waits for {@link #go} before it opens the device.
     *
     * @param device what it trains on
     * @param options more options of the JVM
     */
    SimulatedProcess(Simulator simulator, String device, Path cache, String... options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-D" + LibrarySearch.HOME_PROPERTY + "=" + simulator.home());
        command.add(
                "-D" + KernelModules.FOLDER_PROPERTY + "=" + simulator.home().resolve("kernels"));
        command.add("-D" + CacheFolder.PROPERTY + "=" + cache);
        command.add("-Dthaw.cuda.batchnorm=own"); // the simulator's clock tells nothing
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(SimulatedProcess.class.getName());
        command.add(device);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Waits until it has only the device left to open. */
    SimulatedProcess ready() throws IOException {
        String line = output.readLine();
        if (!READY.equals(line)) {
            throw new IllegalStateException("the JVM did not start: " + line);
        }
        return this;
    }

    /** Lets it open the device. */
    void go() throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write('\n');
        }
    }

    Outcome await() throws IOException, InterruptedException {
        List<String> lines = output.lines().toList();
        return new Outcome(process.waitFor(), lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Trains one step; the last line says on what and the loss, or why it could not. */
    public static void main(String[] args) throws IOException {
        System.out.println(READY);
        System.in.read();
        try {
            Device device = Device.parse(args[0]);
            RandomSeed.set(2);
            try (Model m =
                    new Sequential(
                                    Input.of(6),
                                    new Dense(8, ActivationFunction.TANH),
                                    new BatchNormalization(),
                                    new Dense(3, ActivationFunction.SOFTMAX))
                            .on(device)) {
                m.compile(new Adam(), new SparseCategoricalCrossentropy());
                Tensor x = Noise.uniform(1, 16, 6);
                double loss = m.trainOnBatch(x, Noise.thirds(x)).get("loss");
                System.out.printf("%s trained: %.3f%n", device.open().name(), loss);
            }
        } catch (BackendUnavailableException e) {
            System.out.println("unavailable: " + e.getMessage());
            System.exit(3);
        }
    }
}
