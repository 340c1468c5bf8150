package dev.thaw.cli;

import java.io.PrintWriter;
import java.util.Map;

/** Prints loss and metrics for people and for scripts. */
final class Results {
    private Results() {}

    /** A line {@code name: value} each. */
    static void print(PrintWriter out, Map<String, Double> results) {
        // float32 is what was computed; more digits would only look exact
        results.forEach((name, value) -> out.println(name + ": " + value.floatValue()));
        out.flush();
    }
}
