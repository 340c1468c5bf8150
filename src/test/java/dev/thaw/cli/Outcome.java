package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * How a command ended.
 *
 * @param code its exit code
 * @param out what it, and everything below it, wrote to the standard output
 * @param err the same for the standard error
 */
record Outcome(int code, String out, String err) {
    /** Runs a command in this process; arguments are turned into texts. */
    static Outcome of(Object... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream gotOut = new ByteArrayOutputStream();
        ByteArrayOutputStream gotErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(gotOut, true));
        System.setErr(new PrintStream(gotErr, true));
        try {
            int code = Thaw.run(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
            return new Outcome(code, gotOut.toString(), gotErr.toString());
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** It must have ended well. */
    Outcome fine() {
        assertThat(code).as("exit code; stderr: %s", err).isZero();
        return this;
    }

    /** The work must have failed, with a line for people and nothing for the next program. */
    void failed(String... words) {
        assertThat(code).as("exit code; stderr: %s", err).isEqualTo(1);
        assertThat(out).isEmpty();
        assertThat(err.lines()).hasSize(1);
        assertThat(err).startsWith("thaw").contains(words).doesNotContain("internal error");
    }

    /** The command line must have been refused, with a hint to the help. */
    void refused(String... words) {
        assertThat(code).as("exit code; stderr: %s", err).isEqualTo(2);
        assertThat(out).isEmpty();
        assertThat(err)
                .startsWith("thaw")
                .contains(words)
                .contains("--help'")
                .doesNotContain("\tat ");
    }
}
