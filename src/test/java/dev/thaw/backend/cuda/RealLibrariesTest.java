package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * NVIDIA's own libraries without a GPU: cuBLAS and NVRTC (of CUDA 13 by way of the bridges), and
 * cuDNN. Needs the environment variable {@value #FOLDER}, which names a folder with them; without
 * it, skipped.
 */
final class RealLibrariesTest {
    private static final String FOLDER = "THAW_TEST_CUDA";

    @TempDir private Path cache;

    @Test
    void answerThroughJCuda() throws IOException, InterruptedException {
        String folder = System.getenv(FOLDER);
        if (folder == null) {
            System.err.println(
                    "RealLibrariesTest is skipped: set "
                            + FOLDER
                            + " to a folder with CUDA's libraries and cuDNN 9");
        }
        assumeTrue(folder != null, FOLDER + " is not set");
        List<String> kernels = kernels();
        assertThat(kernels).contains("dropout", "elementwise", "unary");
        List<String> lines = run(folder, kernels);
        String all = String.join("\n", lines);
        assertThat(all)
                .containsPattern("cublas version \\[1[23], \\d+, \\d+]")
                .containsPattern("cudnn version 9\\d{4}")
                .contains("cudnn output [8, 24, 16, 16]")
                .containsPattern("nvrtc version 1[23]\\.\\d+")
                .doesNotContain("has no ");
        for (String k : kernels) {
            assertThat(lines).contains("cubin " + k + " true true");
        }
        // the second time out of the cache
        long start = System.nanoTime();
        assertThat(run(folder, kernels)).isEqualTo(lines);
        System.err.printf(
                "RealLibrariesTest: cached run %d ms%n%s%n",
                (System.nanoTime() - start) / 1_000_000, all);
    }

    private static List<String> kernels() throws IOException {
        try (var files = Files.list(Path.of("kernels"))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".cu"))
                    .map(f -> f.substring(0, f.length() - 3))
                    .sorted()
                    .toList();
        }
    }

    private List<String> run(String folder, List<String> kernels)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                RealLibraries.class.getName(),
                                folder,
                                cache.toString()));
        command.addAll(kernels);
        Path output = cache.resolve("output.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        int exit = process.waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(exit).as(text).isZero();
        return text.lines().toList();
    }
}
