package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Setting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Conformance on the simulator finds faults that are planted in a kernel. */
@OnSimulator
class PlantedFaultTest {
    private static final Path KERNELS = Path.of("kernels");

    /** The transposing cases, on kernels of one's own. */
    private static final class Transposing extends Conformance {
        private final Backend backend;

        private Transposing(Backend backend) {
            this.backend = backend;
        }

        @Override
        Backend backend() {
            return backend;
        }

        @Override
        Stream<OpCase> cases() {
            return ShapeConformance.table().filter(c -> c.name().startsWith("Transpose"));
        }
    }

    @TempDir Path folder;

    private final Simulator simulator = Simulator.require();

    @Test
    void nothingPlantedNothingFound() throws IOException {
        assertThat(failure("tile[32][33]", "tile[32][33]")).isNull();
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void aBarrierTakenOut() throws IOException {
        Throwable failure =
                failure(
                        """
                        __syncthreads();
                                        for (int k = threadIdx.y; k < 32; k += blockDim.y) {
                                            if (c0 + k""",
                        """
                        for (int k = threadIdx.y; k < 32; k += blockDim.y) {
                                            if (c0 + k""");
        assertThat(failure).hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED");
        assertThat(simulator.reports().get(0))
                .contains("kernel transpose_tiles", "hazard", "of shared memory", "no barrier");
    }

    /** What is read too much is not used: results stay right. */
    @Test
    void anIndexOffByOne() throws IOException {
        Throwable failure = failure("if (r0 + k < rows", "if (r0 + k <= rows");
        assertThat(failure).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
        assertThat(simulator.reports().get(0))
                .contains("kernel transpose_tiles", "reads 4 bytes at offset");
    }

    @Test
    void aWrongLeadingDimension() throws IOException {
        Throwable failure = failure("to[(c0 + k) * rows +", "to[(c0 + k) * columns +");
        assertThat(failure).isNotNull();
        assertThat(simulator.reports().get(0)).contains("kernel transpose_tiles", "writes");
    }

    /** The first failure of a case with this replaced in {@code shape.cu}; null where all pass. */
    private Throwable failure(String there, String planted) throws IOException {
        simulator.set(Setting.QUIET, 1);
        String source = Files.readString(KERNELS.resolve("shape.cu"));
        assertThat(source).containsOnlyOnce(there);
        Path file = folder.resolve("shape.cu");
        Files.writeString(file, source.replace(there, planted));
        Files.createSymbolicLink(
                folder.resolve("common"), KERNELS.resolve("common").toAbsolutePath());
        Simulator.compile(file, folder.resolve("shape.cubin"));
        CudaDevice.open(); // which all tests share: these properties are not for it
        String kernels = System.setProperty("thaw.cuda.kernels", folder.toString());
        System.setProperty(Backend.EXACT_PROPERTY, "true");
        try (Backend backend = Settings.open(Map.of())) {
            return firstFailure(new Transposing(backend));
        } finally {
            System.clearProperty(Backend.EXACT_PROPERTY);
            System.setProperty("thaw.cuda.kernels", kernels);
        }
    }

    private Throwable firstFailure(Transposing suite) {
        List<OpCase> cases = suite.cases().toList();
        assertThat(cases).hasSizeGreaterThan(5);
        for (OpCase c : cases) {
            try {
                suite.agreesWithTheReference(c);
            } catch (AssertionError | RuntimeException e) {
                return e;
            } finally {
                simulator.forgive();
            }
        }
        return null;
    }
}
