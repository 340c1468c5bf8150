package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.Simulator;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Conformance of the CUDA backend on a simulator that is as near to a large GPU as it can be: 132
 * multiprocessors, so that kernels fall into as many parts; every value in memory of exactly its
 * size, not filled; hazards looked for. With {@code -Dthaw.strict=true} all suites run, with fused
 * multiply-add, and each form of each kernel, every instantiation of every template, has to run at
 * least once; without it the suites that take seconds run, on the kernels that other tests build.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictConformanceTest {
    private static final int PROCESSORS = 132;
    private static final boolean WHOLE = Boolean.getBoolean("thaw.strict");

    private static final List<Class<?>> QUICK =
            List.of(
                    CudaConvolutionTest.class,
                    CudaImageTest.class,
                    CudaLossTest.class,
                    CudaMatMulTest.class,
                    CudaPoolTest.class,
                    CudaShapeTest.class,
                    PlainConvolutionTest.class);

    private static final List<Class<?>> LONG =
            List.of(
                    CudaElementwiseTest.class,
                    CudaNormalizationTest.class,
                    CudaOptimizerTest.class,
                    CudaRandomTest.class,
                    CudnnBatchNormTest.class);

    /** What no suite can run, with the reason. */
    private static final Pattern OUT_OF_REACH =
            Pattern.compile(
                    // what is not aligned by 16 bytes: each value of a plan is
                    ".*\\b(walk_columns<1,|ColumnWalk<1>::).*"
                            // indices beyond 2^31: more than the simulated device's memory
                            + "|.*\\bthaw::place\\(.*|.*\\bproduct<long long>\\(.*"
                            // ops have no gradient where it is 0 everywhere
                            + "|.*\\bunary_grad_(sign|step|floor)\\b.*"
                            // classes that are none, which the op excludes
                            + "|.*\\bnot_a_number\\(.*");

    /** A function of the kernels, as {@code nm -C} prints it; parts of functions are left out. */
    private static final Pattern FUNCTION =
            Pattern.compile("^([0-9a-f]+) [tTwW] (?!.*\\[clone)(.*)$");

    /** What registers a kernel. */
    private static final Pattern KERNEL = Pattern.compile("thaw_sim::Thunk<&(\\w+)>::run");

    private List<String> lines;
    private String output;

    @BeforeAll
    void run() throws IOException, InterruptedException {
        Simulator.require();
        Path result = Files.createTempFile("strict", ".txt");
        Path log = Files.createTempFile("strict", ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("-D" + Backend.EXACT_PROPERTY + "=true");
        command.add("-Dthaw.device=cpu");
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(StrictRun.class.getName());
        command.add(result.toString());
        QUICK.forEach(suite -> command.add(suite.getName()));
        if (WHOLE) {
            LONG.forEach(suite -> command.add(suite.getName()));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        builder.environment().put("THAW_SIM_PROCESSORS", String.valueOf(PROCESSORS));
        if (WHOLE) {
            builder.environment().put("THAW_SIM_FMA", "1");
            builder.environment().put("THAW_SIM_FORMS", "1");
        }
        try {
            long start = System.nanoTime();
            int status = builder.start().waitFor();
            output = Files.readString(log);
            assertThat(status).as(output).isZero();
            lines = Files.readAllLines(result);
            System.out.printf(
                    "CUDA simulator, strictly: %s tests, %d reports, %d s%n",
                    after("passed "),
                    of("report ").size(),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
        } finally {
            Files.delete(result);
            Files.delete(log);
        }
    }

    private List<String> of(String kind) {
        return lines.stream()
                .filter(l -> l.startsWith(kind))
                .map(l -> l.substring(kind.length()))
                .toList();
    }

    private String after(String kind) {
        return of(kind).get(0);
    }

    @Test
    void allTestsPassWithoutAReport() {
        assertThat(after("others ")).as(output).isEqualTo("0");
        assertThat(Integer.parseInt(after("passed "))).isGreaterThan(WHOLE ? 2500 : 800);
        assertThat(of("report ")).isEmpty();
    }

    @Test
    @EnabledIfSystemProperty(named = "thaw.strict", matches = "true")
    void eachFormOfEachKernelRan() throws IOException, InterruptedException {
        Set<String> ran = Set.copyOf(of("form "));
        Set<String> missing = new TreeSet<>();
        Set<String> modules =
                ran.stream().map(f -> f.substring(0, f.indexOf(' '))).collect(Collectors.toSet());
        assertThat(modules)
                .as("the modules that were loaded")
                .extracting(StrictConformanceTest::file)
                .containsExactlyInAnyOrderElementsOf(sources());
        int forms = 0;
        for (String module : modules) {
            List<String> symbols = nm(module);
            Set<String> kernels =
                    symbols.stream()
                            .map(KERNEL::matcher)
                            .filter(Matcher::find)
                            .map(m -> m.group(1))
                            .collect(Collectors.toSet());
            for (String line : symbols) {
                Matcher m = FUNCTION.matcher(line);
                if (!m.matches()
                        || !isKernelCode(m.group(2), kernels)
                        || OUT_OF_REACH.matcher(m.group(2)).matches()) {
                    continue;
                }
                forms++;
                String place = Long.toHexString(Long.parseLong(m.group(1), 16));
                if (!ran.contains(module + " " + place)) {
                    missing.add(file(module) + ": " + m.group(2));
                }
            }
        }
        System.out.printf(
                "CUDA simulator, strictly: %d forms of kernels, %d not run%n",
                forms, missing.size());
        assertThat(missing).as("functions of kernels that no suite ran").isEmpty();
    }

    private static String file(String module) {
        return Path.of(module).getFileName().toString().replaceAll("\\..*", "");
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("kernels"))) {
            return all.map(p -> p.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .map(StrictConformanceTest::file)
                    .toList();
        }
    }

    /** Kernels, and what is in the namespaces of their files; no variables of functions. */
    private static boolean isKernelCode(String name, Set<String> kernels) {
        return kernels.contains(name)
                || (name.matches("[^(<]*(\\bthaw::|\\(anonymous namespace\\)::).*")
                        && !name.matches(".*\\)::\\w+$"));
    }

    private static List<String> nm(String module) throws IOException, InterruptedException {
        Process p = new ProcessBuilder("nm", "-C", "--defined-only", module).start();
        try (Stream<String> all = p.inputReader().lines()) {
            List<String> lines = all.toList();
            assertThat(p.waitFor()).isZero();
            return lines;
        }
    }
}
