package dev.thaw.campaign;

import com.sun.management.UnixOperatingSystemMXBean;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The JVM in which cases run. It prints a line before each, and after it how that ended; the parent
 * sees what no line tells.
 */
public final class Worker {
    private static final int SHRINK_TRIES = 300;

    /** What the JVM itself may open meanwhile. */
    private static final int FEW_DESCRIPTORS = 20;

    private final Attack attack;
    private final Path folder;
    private final PrintStream out;

    private Worker(Attack attack, Path folder, PrintStream out) {
        this.attack = attack;
        this.folder = folder;
        this.out = out;
    }

    /**
     * Arguments: the attack, a folder of its own, the first seed, how many cases, and after how
     * many seconds to end; or the attack, the folder, and {@code choices=..} for one case.
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what the library prints is no line of ours
        Worker w = new Worker(Attack.of(args[0]), Path.of(args[1]), out);
        if (args[2].startsWith("choices=")) {
            int[] choices = Choices.parse(args[2].substring("choices=".length()));
            out.println("case 0");
            Outcome o = w.outcome(new Choices(choices));
            out.println(o.end() + " 0 " + line(o.detail()));
            System.exit(0);
        }
        long end = System.nanoTime() + Long.parseLong(args[4]) * 1_000_000_000L;
        long first = Long.parseLong(args[2]);
        long open = 0;
        for (long i = 0; i < Long.parseLong(args[3]) && System.nanoTime() < end; i++) {
            w.one(first + i);
            open = i == 20 ? descriptors() : open;
        }
        if (open > 0 && descriptors() > open + FEW_DESCRIPTORS) {
            out.println("case -1");
            out.println("WRONG 0 open files: first %d, then %d".formatted(open, descriptors()));
        }
        out.println("done");
        System.exit(0);
    }

    private void one(long seed) throws IOException {
        out.println("case " + seed);
        Choices choices = new Choices(seed);
        long begun = System.nanoTime();
        Outcome o = outcome(choices);
        long millis = (System.nanoTime() - begun) / 1_000_000;
        if (o.end().isFault()) {
            int[] smallest = smallest(choices.taken(), o);
            Outcome again = outcome(new Choices(smallest));
            keep(seed);
            out.println("smallest " + Choices.text(smallest));
            out.println(again.end() + " " + millis + " " + line(again.detail()));
        } else {
            out.println(o.end() + " " + millis + " ");
        }
    }

    private int[] smallest(int[] choices, Outcome o) {
        String place = place(o);
        if (!alike(choices, o, place)) {
            return choices; // does not happen twice
        }
        return Choices.shrink(choices, c -> alike(c, o, place), SHRINK_TRIES);
    }

    private boolean alike(int[] choices, Outcome o, String place) {
        out.println("case -2"); // the parent watches this one too
        Outcome other = outcome(new Choices(choices));
        return other.end() == o.end() && Objects.equals(place(other), place);
    }

    /** The exception's class and where it was thrown, without its values. */
    private static String place(Outcome o) {
        return o.detail().replaceAll(":.* at ", " at ").replaceAll("[0-9]+", "");
    }

    private Outcome outcome(Choices choices) {
        try {
            clear(folder);
            return attack.run(choices, folder);
        } catch (Throwable e) {
            return Outcome.raw(e);
        }
    }

    /** Keeps the input of a fault. */
    private void keep(long seed) throws IOException {
        Path to = folder.resolveSibling("fault-%s".formatted(seed));
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(folder)) {
            for (Path p : all.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        p,
                        to.resolve(p.getFileName()),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    if (!p.equals(folder)) {
                        Files.delete(p);
                    }
                }
            }
        }
        Files.createDirectories(folder);
    }

    private static String line(String text) {
        String one = text.replaceAll("\\s+", " ");
        return one.substring(0, Math.min(600, one.length()));
    }

    /** Open files of this process; 0 where the system does not tell. */
    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? os.getOpenFileDescriptorCount()
                : 0;
    }
}
