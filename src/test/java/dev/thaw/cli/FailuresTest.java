package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** What becomes of exceptions. */
class FailuresTest {
    @Command(name = "thaw")
    private static final class Empty {}

    private static String report(Throwable e) {
        StringWriter text = new StringWriter();
        CommandLine line = new CommandLine(new Empty()).setErr(new PrintWriter(text, true));
        assertThat(new Failures(() -> false).report(e, line)).isEqualTo(1);
        return text.toString();
    }

    @Test
    void refusalsAreToldInOneLine() {
        assertThat(report(new IllegalArgumentException("head: one\n  two")))
                .isEqualToNormalizingNewlines("thaw: head: one two\n");
        assertThat(report(new UncheckedIOException("x.npy: full", new java.io.IOException())))
                .isEqualToNormalizingNewlines("thaw: x.npy: full\n");
    }

    @Test
    void accidentsSaySo() {
        assertThat(report(new NullPointerException("x")))
                .contains("internal error: java.lang.NullPointerException: x", "--stacktrace")
                .doesNotContain("\tat ");
        assertThat(report(new NumberFormatException("x"))).contains("internal error");
        assertThat(report(new IllegalStateException())).contains("internal error");
        assertThat(report(new NoClassDefFoundError("x"))).contains("internal error");
    }

    @Test
    void tooLittleMemoryHasARemedy() {
        assertThat(report(new OutOfMemoryError("Java heap space")))
                .contains("-Xmx", "--batch-size");
    }
}
