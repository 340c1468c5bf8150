package dev.thaw.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** The campaign in small: the first cases of each attack, always the same. */
class CampaignTest {
    private static final int MOST_SECONDS = 300;

    @TempDir private Path folder;

    /** The last number: as many at the least are refused, else the attack does not reach far. */
    @ParameterizedTest
    @CsvSource({
        "bytes, 2500, 1000",
        "schema, 400, 150",
        "geometry, 400, 0",
        "npy, 800, 300",
        "threads, 25, 0",
        "kill, 12, 2",
        "disk, 25, 5",
        "leaks, 250, 0",
        "soak, 120, 0"
    })
    void theLibraryStands(String attack, int cases, int refused) throws Exception {
        Tally t = new Campaign(folder).run(attack, 1, cases, MOST_SECONDS);
        System.out.println(t.row());
        assertThat(t.faults()).isEmpty();
        assertThat(t.cases()).isEqualTo(cases);
        assertThat(t.count(Outcome.End.REFUSED)).isGreaterThanOrEqualTo(refused);
        assertThat(t.count(Outcome.End.FINE)).isGreaterThan(cases / 10);
    }

    /** Every end that is a fault is seen, and the case made small. */
    @ParameterizedTest
    @CsvSource({"RAW", "UNLOADABLE", "WRONG", "DEATH"})
    void faultsAreSeen(Outcome.End end) throws Exception {
        Tally t = new Campaign(folder).run("faulty-" + end, 1, 40, MOST_SECONDS);
        assertThat(t.count(end)).isPositive();
        assertThat(t.cases()).as("all the others go on").isEqualTo(40);
        assertThat(t.faults()).allMatch(f -> f.contains(end.name()) && f.contains("choices="));
    }

    /** One hang alone, as it takes its seconds. */
    @Test
    void aHangIsSeen() throws Exception {
        Tally t = new Campaign(folder).run("faulty-HANG", 1, 1, MOST_SECONDS);
        assertThat(t.count(Outcome.End.HANG)).isEqualTo(1);
        assertThat(t.faults().get(0)).contains("Faulty.spin");
    }

    @Test
    void choicesShrinkToWhatMatters() {
        int[] many = new Random(1).ints(60).toArray();
        many[37] = 1 << 20;
        int[] small =
                Choices.shrink(many, c -> Arrays.stream(c).anyMatch(i -> i == 1 << 20), 1_000);
        assertThat(small).containsExactly(1 << 20);
    }

    @Test
    void choicesAreTheSameAgain() {
        Choices first = new Choices(5);
        int[] drawn = IntStream.range(0, 50).map(i -> first.nextInt(1 + i)).toArray();
        Choices again = new Choices(Choices.parse(Choices.text(first.taken())));
        assertThat(IntStream.range(0, 50).map(i -> again.nextInt(1 + i)).toArray())
                .isEqualTo(drawn);
    }
}
