package dev.thaw.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a process whose heap is resident from the start keeps growing. */
final class Resident {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int WARM_UP = 200;
    private static final int EVERY = 50;
    private static final long SLACK_KILOBYTES = 64 << 10;

    private int cases;
    private long first;

    /** Counts one case; what is wrong, or empty. */
    Outcome next() throws IOException {
        cases++;
        if (cases < WARM_UP || cases % EVERY != 0 || !Files.isReadable(STATUS)) {
            return Outcome.FINE;
        }
        System.gc();
        long now = kilobytes();
        first = first == 0 ? now : first;
        return now <= first + SLACK_KILOBYTES
                ? Outcome.FINE
                : Outcome.wrong(
                        "resident %,d kB after %d cases, and %,d after %d"
                                .formatted(first, WARM_UP, now, cases));
    }

    private static long kilobytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
