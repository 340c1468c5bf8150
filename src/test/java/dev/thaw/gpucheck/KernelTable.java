package dev.thaw.gpucheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sums what Nsight Compute measured ({@code ncu --csv --page raw}) by the kernels' names and prints
 * a table, the longest first. Argument: the file.
 */
public final class KernelTable {
    private static final String TIME = "gpu__time_duration.sum";
    private static final String MEMORY = "dram__throughput.avg.pct_of_peak_sustained_elapsed";

    /** Of one name: launches, microseconds in all, and the memory's load weighted by them. */
    private record Sum(int launches, double micros, double weighted) {
        Sum plus(double time, double percent) {
            return new Sum(launches + 1, micros + time, weighted + time * percent);
        }
    }

    private KernelTable() {}

    /** Prints the table; fails where the file has none of what is needed. */
    public static void main(String[] args) throws IOException {
        System.out.print(of(Files.readAllLines(Path.of(args[0]))));
    }

    /**
     * The table.
     *
     * @throws IllegalArgumentException where no line is the head of such a table, or none follows
     */
    static String of(List<String> lines) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        Map<String, Sum> sums = new LinkedHashMap<>();
        double unit = 1e-3;
        for (String line : lines) {
            List<String> cells = line.startsWith("\"") ? cells(line) : List.of();
            if (cells.contains(TIME)) {
                for (int i = 0; i < cells.size(); i++) {
                    columns.put(cells.get(i), i);
                }
            } else if (!cells.isEmpty() && !columns.isEmpty()) {
                if (cells.get(columns.get("ID")).isEmpty()) {
                    unit = micros(cells.get(columns.get(TIME)));
                } else {
                    String name = cells.get(columns.get("Kernel Name")).replaceAll("\\(.*", "");
                    double time = unit * number(cells.get(columns.get(TIME)));
                    double percent =
                            columns.containsKey(MEMORY)
                                    ? number(cells.get(columns.get(MEMORY)))
                                    : Double.NaN;
                    sums.merge(
                            name,
                            new Sum(1, time, time * percent),
                            (a, b) -> a.plus(time, percent));
                }
            }
        }
        if (sums.isEmpty()) {
            throw new IllegalArgumentException("no kernel was measured: no rows with " + TIME);
        }
        return print(sums);
    }

    private static String print(Map<String, Sum> sums) {
        double all = sums.values().stream().mapToDouble(Sum::micros).sum();
        int launches = sums.values().stream().mapToInt(Sum::launches).sum();
        StringBuilder s = new StringBuilder();
        s.append("| kernel | launches | us in all | share | us each | of the memory's peak |\n");
        s.append("| --- | ---: | ---: | ---: | ---: | ---: |\n");
        sums.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> -e.getValue().micros()))
                .forEach(
                        e -> {
                            Sum v = e.getValue();
                            s.append(
                                    String.format(
                                            Locale.ROOT,
                                            "| %s | %d | %.1f | %.1f%% | %.2f | %.0f%% |%n",
                                            e.getKey(),
                                            v.launches,
                                            v.micros,
                                            100 * v.micros / all,
                                            v.micros / v.launches,
                                            v.weighted / v.micros));
                        });
        s.append(String.format(Locale.ROOT, "| all | %d | %.1f | | | |%n", launches, all));
        return s.toString();
    }

    private static double micros(String unit) {
        return switch (unit) {
            case "ns", "nsecond" -> 1e-3;
            case "us", "usecond" -> 1;
            case "ms", "msecond" -> 1e3;
            case "s", "second" -> 1e6;
            default ->
                    throw new IllegalArgumentException(
                            TIME + " has a unit of time, got '" + unit + "'");
        };
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace(",", ""));
    }

    /** Cells in quotation marks, which may have commas within. */
    private static List<String> cells(String line) {
        List<String> all = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (char c : line.toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                all.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        all.add(cell.toString());
        return all;
    }
}
