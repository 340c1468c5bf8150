package dev.thaw.campaign;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs attacks in workers, JVMs of their own with a heap of 512 MB, and watches them. As a program
 * it gives each attack its share of the minutes, again and again with other seeds, and writes a
 * report; {@code docs/campaign.md} has the command.
 */
public final class Campaign {
    /** A case that takes longer, in processor time, hangs. */
    static final int HANG_SECONDS = 5;

    /** A case that takes longer, on however busy a machine, hangs. */
    private static final int MOST_SECONDS = 90;

    private static final int POLL_MILLIS = 250;
    private static final int STACKS_MILLIS = 1_000;
    private static final int FRAMES = 12;
    private static final int SHRINK_TRIES = 12;
    private static final int SLICE_SECONDS = 120;

    /** More of one attack tell nothing new. */
    private static final int MOST_FAULTS = 100;

    private final Path folder;

    /** With a folder for its files. */
    public Campaign(Path folder) {
        this.folder = folder;
    }

    /**
     * Arguments: minutes, the first seed (0 for one by the clock), attacks with commas between or
     * {@code all}, a folder for the report. Ends with 1 where anything is at fault.
     */
    public static void main(String[] args) throws Exception {
        double minutes = Double.parseDouble(args[0]);
        long seed = Long.parseLong(args[1]);
        seed = seed == 0 ? System.currentTimeMillis() : seed;
        List<String> attacks =
                args[2].equals("all")
                        ? List.copyOf(Attack.ALL.keySet())
                        : List.of(args[2].split(","));
        Path folder = Path.of(args[3]);
        System.out.printf("seed %d, %s minutes, %s%n", seed, args[0], attacks);
        Map<String, Tally> all = new LinkedHashMap<>();
        Campaign campaign = new Campaign(folder);
        long end = System.nanoTime() + (long) (minutes * 60e9);
        double share = minutes * 60 / attacks.size();
        int rounds = (int) Math.max(1, Math.round(share / SLICE_SECONDS));
        for (int round = 0; round < rounds && System.nanoTime() < end; round++) {
            for (String attack : attacks) {
                Tally t = all.computeIfAbsent(attack, Tally::new);
                campaign.run(t, attack, seed, Integer.MAX_VALUE, (long) (share / rounds));
                seed += 1_000_000;
                System.out.println(t.row());
                Files.writeString(folder.resolve("report.md"), report(args[1], all));
            }
        }
        String report = report(args[1], all);
        System.out.println(report);
        System.exit(all.values().stream().allMatch(t -> t.faults().isEmpty()) ? 0 : 1);
    }

    private static String report(String seed, Map<String, Tally> all) {
        List<String> lines = new ArrayList<>(List.of("# Campaign, seed " + seed, "", Tally.head()));
        all.values().forEach(t -> lines.add(t.row()));
        lines.add("");
        all.values().forEach(t -> t.faults().forEach(f -> lines.add("- " + f)));
        return String.join(System.lineSeparator(), lines);
    }

    /** Cases with seeds from {@code first} on, at most so many, for at most so many seconds. */
    public Tally run(String attack, long first, int cases, long seconds) throws Exception {
        Tally t = new Tally(attack);
        run(t, attack, first, cases, seconds);
        return t;
    }

    private void run(Tally t, String attack, long first, int cases, long seconds) throws Exception {
        long begun = System.nanoTime();
        long end = begun + seconds * 1_000_000_000L;
        long next = first;
        while (next < first + cases && System.nanoTime() < end && t.faults().size() < MOST_FAULTS) {
            long left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()) + 1;
            try (Watched w = start(attack, "" + next, "" + (first + cases - next), "" + left)) {
                next = w.read(t, next);
            }
        }
        t.spent((System.nanoTime() - begun) / 1e9);
    }

    private Watched start(String attack, String... arguments) throws IOException {
        Path own = Files.createDirectories(folder.resolve(attack).toAbsolutePath());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"));
        command.addAll(Attack.jvmOptions(attack));
        command.add("-XX:ErrorFile=" + own.resolve("death-%p.log"));
        command.add("-Dthaw.device=cpu");
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(Worker.class.getName());
        command.addAll(List.of(attack, own.resolve("case").toString()));
        command.addAll(List.of(arguments));
        Process p =
                new ProcessBuilder(command).redirectError(own.resolve("stderr").toFile()).start();
        return new Watched(attack, p);
    }

    /** How one case ends by itself. */
    private Outcome.End alone(String attack, int[] choices) {
        try (Watched w = start(attack, "choices=" + Choices.text(choices))) {
            Tally t = new Tally(attack);
            w.shrinks = false;
            w.read(t, 0);
            for (Outcome.End e : Outcome.End.values()) {
                if (t.count(e) > 0) {
                    return e;
                }
            }
            return Outcome.End.FINE;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A worker and what is known of its case. */
    private final class Watched implements AutoCloseable {
        private final String attack;
        private final Process process;
        private volatile long caseBegun = System.nanoTime();
        private volatile Duration cpuBefore = Duration.ZERO;
        private volatile boolean inCase;
        private volatile boolean hung;
        private final List<String> dump = new ArrayList<>();
        private boolean shrinks = true;

        Watched(String attack, Process process) {
            this.attack = attack;
            this.process = process;
        }

        /** Reads until the worker ends; returns the seed to go on with. */
        long read(Tally t, long first) throws Exception {
            Thread watch = new Thread(this::watch, "campaign-watch");
            watch.setDaemon(true);
            watch.start();
            long seed = first;
            String smallest = "";
            boolean done = false;
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (hung) {
                        dump.add(line);
                    } else if (line.startsWith("case ")) {
                        long n = Long.parseLong(line.substring(5));
                        seed = n < 0 ? seed : n;
                        cpuBefore = cpu();
                        caseBegun = System.nanoTime();
                        inCase = true;
                    } else if (line.startsWith("smallest ")) {
                        smallest = line.substring(9);
                    } else if (line.equals("done")) {
                        done = true;
                    } else {
                        inCase = false;
                        String[] p = line.split(" ", 3);
                        Outcome.End end = Outcome.End.valueOf(p[0]);
                        if (end.isFault()) {
                            t.fault(seed, new Outcome(end, p[2]), smallest);
                        } else {
                            t.add(end, Long.parseLong(p[1]));
                        }
                        smallest = "";
                    }
                }
            }
            int code = process.waitFor();
            boolean died = !done && (inCase || code != 0);
            if (died) {
                Outcome.End end = hung ? Outcome.End.HANG : Outcome.End.DEATH;
                String where = hung ? place() : "exit code " + code;
                t.fault(seed, new Outcome(end, where), outside(end, seed));
            }
            return done ? Long.MAX_VALUE : seed + 1;
        }

        /** A smaller case that ends so too, tried in workers of their own. */
        private String outside(Outcome.End end, long seed) {
            if (!shrinks || end == Outcome.End.HANG) { // each try would take its seconds
                return "";
            }
            // what the case takes is known as far as it came: as many as any case takes
            Choices all = new Choices(seed);
            for (int i = 0; i < 400; i++) {
                all.next(32);
            }
            int[] smallest =
                    Choices.shrink(all.taken(), c -> alone(attack, c) == end, SHRINK_TRIES);
            return Choices.text(smallest);
        }

        private void watch() {
            try {
                while (process.isAlive()) {
                    Thread.sleep(POLL_MILLIS);
                    double wall = (System.nanoTime() - caseBegun) / 1e9;
                    if (inCase
                            && (wall > MOST_SECONDS
                                    || wall > HANG_SECONDS
                                            && cpu().minus(cpuBefore).toSeconds()
                                                    >= HANG_SECONDS)) {
                        hung = true;
                        askForStacks();
                        process.destroyForcibly();
                        return;
                    }
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }

        /** A JVM answers SIGQUIT with the stacks of its threads; elsewhere nothing is known. */
        private void askForStacks() throws InterruptedException {
            try {
                new ProcessBuilder("kill", "-QUIT", "" + process.pid()).start().waitFor();
                Thread.sleep(STACKS_MILLIS);
            } catch (IOException e) {
                // no such program
            }
        }

        /** Where the case was, innermost first. */
        private String place() {
            List<String> frames = new ArrayList<>();
            boolean main = false;
            for (String line : dump) {
                main = line.startsWith("\"main\"") || main && !line.isEmpty();
                if (main && line.strip().startsWith("at ") && frames.size() < FRAMES) {
                    frames.add(line.strip().substring(3));
                }
            }
            return frames.isEmpty() ? "nobody knows where" : String.join(" < ", frames);
        }

        private Duration cpu() {
            return process.info().totalCpuDuration().orElse(Duration.ZERO);
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }
}
