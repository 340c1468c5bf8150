package dev.thaw.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.thaw.sim.Simulator;

import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs classes of tests in this JVM, and writes down what came of it. */
final class StrictRun {
    private StrictRun() {}

    /**
     * Writes to the first argument, a file: how many tests passed, how many did not, the
     * simulator's reports with {@code report}, but for what a test had it refuse, the functions of
     * kernels that ran with {@code form}. The other arguments are classes.
     */
    public static void main(String[] args) throws IOException {
        Simulator simulator = Simulator.require();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(
                                Arrays.stream(args).skip(1).map(name -> selectClass(name)).toList())
                        .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 5);
        StringBuilder text = new StringBuilder();
        text.append("passed ").append(summary.getTestsSucceededCount()).append('\n');
        text.append("others ")
                .append(summary.getTestsFoundCount() - summary.getTestsSucceededCount())
                .append('\n');
        simulator.reports().stream()
                .filter(r -> !r.contains("refused by a setting"))
                .forEach(r -> text.append("report ").append(r).append('\n'));
        simulator.forms().forEach(f -> text.append("form ").append(f).append('\n'));
        Files.writeString(Path.of(args[0]), text);
    }
}
