package dev.thaw.gpucheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a benchmark printed: a {@link Figure} under {@code op, tab, shape}, in order. */
final class Figures {
    /**
     * One measured case.
     *
     * @param micros microseconds; NaN where it failed
     * @param bytes traffic at the least, 0 where arithmetic bounds it
     * @param flops arithmetic, 0 where traffic bounds it
     */
    record Figure(double micros, double bytes, double flops) {
        double gigabytesPerSecond() {
            return bytes / micros / 1e3;
        }

        double teraflops() {
            return flops / micros / 1e6;
        }
    }

    private final Map<String, Figure> all = new LinkedHashMap<>();

    /** Of a file of lines; of a file that is not there, none. */
    static Figures read(Path file) {
        Figures f = new Figures();
        if (Files.exists(file)) {
            try {
                Files.readAllLines(file).forEach(f::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return f;
    }

    private void add(String line) {
        String[] p = line.split("\t");
        if (p.length < 3) {
            return;
        }
        boolean whole = p.length >= 5;
        all.put(
                p[0] + "\t" + p[1],
                new Figure(
                        whole ? Double.parseDouble(p[2]) : Double.NaN,
                        whole ? Double.parseDouble(p[3]) : 0,
                        whole ? Double.parseDouble(p[4]) : 0));
    }

    void addMissing(Figures others) {
        others.all.forEach(all::putIfAbsent);
    }

    Set<String> keys() {
        return all.keySet();
    }

    /** The figure; null where there is none. */
    Figure get(String key) {
        return all.get(key);
    }

    Figure get(String op, String shape) {
        return all.get(op + "\t" + shape);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }
}
