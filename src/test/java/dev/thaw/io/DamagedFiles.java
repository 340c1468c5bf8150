package dev.thaw.io;

import dev.thaw.campaign.Attack;
import dev.thaw.campaign.Choices;
import dev.thaw.campaign.Outcome;
import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Damaged files: each must end in a typed error or a right load; what a checksum guards must load
 * as it was, or not at all.
 */
public final class DamagedFiles implements Attack {
    private final List<Sample> samples = new ArrayList<>(Sample.containers());
    private final List<byte[]> sound = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();

    /** Reads the sound files. */
    public DamagedFiles() {
        samples.addAll(Sample.models());
        for (Sample s : samples) {
            sound.add(FileFixtures.bytes(s.file()));
            facts.add(s.reader().read(FileFixtures.path(s.file())));
        }
    }

    @Override
    public Outcome run(Choices random, Path folder) throws IOException {
        int i = random.nextInt(samples.size());
        Sample s = samples.get(i);
        Path file = folder.resolve("damaged");
        Files.write(file, s.spoiler().spoil(sound.get(i), random));
        try {
            boolean same = s.reader().read(file).equals(facts.get(i));
            return !same && s.spoiler() == Sample.Spoiler.GUARDED
                    ? Outcome.wrong(s + ": not what was saved, in spite of its checksum")
                    : Outcome.FINE;
        } catch (FileFormatException e) {
            return e.getMessage().startsWith(file.toString())
                    ? Outcome.REFUSED
                    : Outcome.wrong(s + ": an error without its file: " + e);
        }
    }
}
