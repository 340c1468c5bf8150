package dev.thaw.io;

import com.sun.management.UnixOperatingSystemMXBean;

import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A process of its own, with a small heap, that reads damaged files one after the other. Each must
 * end in a typed error or a right load; what a checksum guards must load as it was, or not at all.
 * Time is CPU time, so that a busy machine makes no difference; a hang shows in the parent.
 */
public final class DamagedFiles {
    private static final int WARM_UP = 60;

    /** What the JVM itself may open meanwhile. */
    private static final int FEW_DESCRIPTORS = 10;

    private final Path file;
    private final List<Sample> samples;
    private final List<byte[]> sound = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    private long longest;
    private String slowest = "";
    private int wrong;

    private DamagedFiles(Path folder, List<Sample> samples) throws IOException {
        this.file = folder.resolve("damaged");
        this.samples = samples;
        for (Sample s : samples) {
            sound.add(FileFixtures.bytes(s.file()));
            facts.add(s.reader().read(FileFixtures.path(s.file())));
        }
    }

    /** Arguments: containers or models, a folder, the first seed, the number of seeds. */
    public static void main(String[] args) throws IOException {
        boolean models = args[0].equals("models");
        DamagedFiles d =
                new DamagedFiles(Path.of(args[1]), models ? Sample.models() : Sample.containers());
        long first = Long.parseLong(args[2]);
        long n = Long.parseLong(args[3]);
        for (int i = 1; i <= WARM_UP; i++) {
            d.one(-i, false); // classes load and code warms up outside the measured time
        }
        long open = descriptors();
        for (long seed = first; seed < first + n; seed++) {
            d.one(seed, true);
        }
        if (descriptors() > open + FEW_DESCRIPTORS) {
            d.wrong++;
            System.out.println("WRONG files stay open: " + open + ", then " + descriptors());
        }
        d.outcomes.forEach((k, v) -> System.out.println(k + ": " + v));
        System.out.println("slowest " + d.slowest);
        System.out.println("longest " + d.longest / 1_000_000 + " ms");
        System.out.println("wrong " + d.wrong);
        System.exit(d.wrong == 0 ? 0 : 1);
    }

    /** Open files of this process; 0 where the system does not tell. */
    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
                ? os.getOpenFileDescriptorCount()
                : 0;
    }

    private void one(long seed, boolean counts) throws IOException {
        int i = (int) Math.floorMod(seed, (long) samples.size());
        Files.write(file, samples.get(i).spoiler().spoil(sound.get(i), seed));
        long start = clock.getCurrentThreadCpuTime();
        String outcome = outcome(i, seed);
        long time = clock.getCurrentThreadCpuTime() - start;
        if (counts) {
            outcomes.merge(samples.get(i) + " " + outcome, 1, Integer::sum);
            if (time > longest) {
                longest = time;
                slowest = samples.get(i) + " seed " + seed + " " + outcome;
            }
        }
    }

    private String outcome(int i, long seed) {
        try {
            boolean same = samples.get(i).reader().read(file).equals(facts.get(i));
            if (!same && samples.get(i).spoiler() == Sample.Spoiler.GUARDED) {
                return wrong(i, seed, "not what was saved, in spite of its checksum");
            }
            return same ? "read as it was" : "read, with other contents";
        } catch (FileFormatException e) {
            boolean says = e.getMessage().startsWith(file.toString());
            return says ? "typed error" : wrong(i, seed, "an error without its file: " + e);
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            return wrong(i, seed, e.toString());
        }
    }

    private String wrong(int i, long seed, String what) {
        wrong++;
        System.out.println("WRONG " + samples.get(i) + " seed " + seed + ": " + what);
        return "wrong";
    }
}
