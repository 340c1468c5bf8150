package dev.thaw.campaign;

import dev.thaw.conformance.GeometryFuzz;
import dev.thaw.file.KilledSave;
import dev.thaw.io.DamagedFiles;
import dev.thaw.io.keras.RandomConfigs;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** One kind of case that the library must stand. An instance lives as long as its worker. */
public interface Attack {
    /** The attacks by name. */
    Map<String, Callable<Attack>> ALL =
            new TreeMap<>(
                    Map.of(
                            "bytes", DamagedFiles::new,
                            "schema", RandomConfigs::new,
                            "geometry", GeometryFuzz::new,
                            "npy", ArrayFiles::new,
                            "threads", ManyCallers::new,
                            "kill", KilledSave::new,
                            "disk", FullDisk::new,
                            "leaks", Leaks::new,
                            "soak", Soak::new));

    /** A new one. */
    static Attack of(String name) throws Exception {
        return name.startsWith(Faulty.NAME)
                ? new Faulty(Outcome.End.valueOf(name.substring(Faulty.NAME.length())))
                : ALL.get(name).call();
    }

    /**
     * Runs one case.
     *
     * @param random what the case consists of, as far as it is drawn
     * @param folder for the case's files, empty before each; what is left there is its input
     * @throws Exception which is told as an error that nobody wrote
     */
    Outcome run(Choices random, Path folder) throws Exception;

    /** Options of the JVM besides its heap. */
    static List<String> jvmOptions(String attack) {
        // the heap is resident from the start, so that what grows is native memory
        return attack.equals("leaks") || attack.equals("soak")
                ? List.of("-Xms512m", "-XX:+AlwaysPreTouch")
                : List.of();
    }
}
