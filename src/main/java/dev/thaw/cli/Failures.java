package dev.thaw.cli;

import dev.thaw.file.Printable;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Says in one line what went wrong. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /** Those of Java's own exceptions that this library throws; others are accidents. */
    private static final Set<Class<?>> REFUSALS =
            Set.of(
                    IllegalArgumentException.class,
                    IllegalStateException.class,
                    UncheckedIOException.class);

    private final BooleanSupplier stacktrace;

    /** Asks when it matters whether a stack trace is wanted. */
    Failures(BooleanSupplier stacktrace) {
        this.stacktrace = stacktrace;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        String name = line.getCommandSpec().qualifiedName();
        err.println(name + ": " + oneLine(e.getMessage()));
        if (e instanceof UnmatchedArgumentException u && !u.getSuggestions().isEmpty()) {
            err.println("Did you mean " + String.join(" or ", quoted(u.getSuggestions())) + "?");
        }
        err.println("Try '" + name + " --help'.");
        err.flush();
        return Thaw.WRONG_USAGE;
    }

    private static List<String> quoted(List<String> names) {
        return names.stream().map(n -> "'" + n + "'").toList();
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        return report(e, line);
    }

    int report(Throwable e, CommandLine line) {
        PrintWriter err = line.getErr();
        if (stacktrace.getAsBoolean()) {
            e.printStackTrace(err);
        }
        err.println(line.getCommandSpec().qualifiedName() + ": " + text(e));
        err.flush();
        return Thaw.FAILED;
    }

    private static String text(Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return "out of memory: Java may use %s MB; give it more (java -Xmx8g ..), or take a smaller --batch-size"
                    .formatted(Runtime.getRuntime().maxMemory() >> 20);
        }
        return foreseen(e)
                ? oneLine(e.getMessage())
                : "internal error: %s; please report it, with what --stacktrace prints"
                        .formatted(oneLine(e.toString()));
    }

    /** Whether somebody wrote the message for a user, and not for who mends the program. */
    private static boolean foreseen(Throwable e) {
        boolean ofJava = e.getClass().getName().startsWith("java.");
        return e instanceof Exception
                && e.getMessage() != null
                && (!ofJava || REFUSALS.contains(e.getClass()));
    }

    private static String oneLine(String message) {
        return Printable.of(String.valueOf(message))
                .lines()
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
