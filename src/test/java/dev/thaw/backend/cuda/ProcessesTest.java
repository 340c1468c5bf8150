package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.cuda.SimulatedProcess.Outcome;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** JVMs of their own on the simulator: two at once, and where natives cannot be unpacked. */
@OnSimulator
class ProcessesTest {
    @TempDir private Path folder;
    private Simulator simulator;

    @BeforeEach
    void find() {
        simulator = Simulator.require();
    }

    private static void requireTrained(Outcome o, String device) {
        assertThat(o.status()).as(String.join("\n", o.lines())).isZero();
        assertThat(o.last()).startsWith(device + " trained: ");
    }

    private Outcome run(String device, Path cache, String... options)
            throws IOException, InterruptedException {
        try (SimulatedProcess p = new SimulatedProcess(simulator, device, cache, options)) {
            p.ready().go();
            return p.await();
        }
    }

    @Test
    void twoAtOnceFillOneFreshCache() throws IOException, InterruptedException {
        Path cache = folder.resolve("cache");
        try (SimulatedProcess a = new SimulatedProcess(simulator, "cuda:0", cache);
                SimulatedProcess b = new SimulatedProcess(simulator, "cuda:0", cache)) {
            a.ready();
            b.ready();
            a.go();
            b.go();
            Outcome first = a.await();
            requireTrained(first, "cuda:0");
            Outcome second = b.await();
            requireTrained(second, "cuda:0");
            assertThat(second.last()).isEqualTo(first.last());
        }
        Map<Path, Object> files = files(cache);
        assertThat(files.keySet())
                .as("four natives of JCuda, two bridges, no half-written file")
                .hasSize(6)
                .allMatch(f -> f.getParent().getFileName().toString().startsWith("natives-"))
                .noneMatch(f -> f.getFileName().toString().startsWith("part-"));
        NativeFolder.unpack(cache);
        assertThat(files(cache)).as("every file is whole: none is written again").isEqualTo(files);
    }

    /** Each file and which file it is on disk: replacing makes another one. */
    private static Map<Path, Object> files(Path root) throws IOException {
        Map<Path, Object> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path p : paths.filter(Files::isRegularFile).toList()) {
                all.put(p, Files.getAttribute(p, "unix:ino"));
            }
        }
        return all;
    }

    /** A place where not even root can make a folder: below a file. */
    private Path nowhere() throws IOException {
        return Files.createFile(folder.resolve("file")).resolve("below");
    }

    @Test
    void aCacheThatCannotBeWrittenIsReplacedByATemporaryFolderThatGoesAgain()
            throws IOException, InterruptedException {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        requireTrained(run("cuda:0", nowhere(), "-Djava.io.tmpdir=" + temporary), "cuda:0");
        assertThat(files(temporary).keySet()).as("left behind").isEmpty();
    }

    @Test
    void whereNothingCanBeWrittenOneLineSaysWhatToDo() throws IOException, InterruptedException {
        Path nowhere = nowhere();
        Outcome o = run("cuda:0", nowhere, "-Djava.io.tmpdir=" + nowhere);
        List<String> lines = o.lines().stream().filter(l -> l.startsWith("unavailable: ")).toList();
        assertThat(lines).as(String.join("\n", o.lines())).hasSize(1);
        assertThat(lines.get(0))
                .contains("JCuda's natives can be unpacked neither into " + nowhere)
                .contains("nor into a temporary folder")
                .endsWith("set THAW_CACHE to a folder that can be written");
        assertThat(o.last()).as("nothing follows").isEqualTo(lines.get(0));
    }

    @Test
    void whereNothingCanBeWrittenAutoTakesTheCpu() throws IOException, InterruptedException {
        Path nowhere = nowhere();
        Outcome o = run("auto", nowhere, "-Djava.io.tmpdir=" + nowhere, "-Dthaw.device=auto");
        requireTrained(o, "cpu");
    }
}
