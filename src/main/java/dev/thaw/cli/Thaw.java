package dev.thaw.cli;

import dev.thaw.backend.spi.Device;
import dev.thaw.demo.Demo;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * The command line: {@code thaw COMMAND ..}, without a command the demonstration. Results go to the
 * standard output; progress, logs and errors to the standard error. It exits with 0 where all is
 * well, with 1 where the work failed (one line says what, where and the remedy), and with 2 where
 * the command line itself is wrong.
 */
@Command(
        name = "thaw",
        description =
                "Keras models without Python: look at them, run them, train them. Without a command, the demonstration.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            TutorialCommand.class,
            SummaryCommand.class,
            ExplainCommand.class,
            PredictCommand.class,
            EvaluateCommand.class,
            FitCommand.class,
            ConvertCommand.class,
            DevicesCommand.class,
            AutoComplete.GenerateCompletion.class,
            HelpCommand.class
        },
        customSynopsis = "thaw [COMMAND] [ARGUMENTS] [OPTIONS]",
        footer = {
            "",
            "Examples:",
            "  thaw                                   the demonstration",
            "  thaw summary model.keras",
            "  thaw explain model.keras --training --freeze 'block_*'",
            "  thaw predict model.keras x.npy -o y.npy",
            "  thaw fit model.keras --x x.npy --y y.npy --epochs 5 -o tuned.keras",
            "  thaw fit --help                        all about one command"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:the work failed; a line on the standard error says why",
            "2:the command line is wrong"
        })
public final class Thaw implements Callable<Integer> {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    /** In the help, the options of every command come after a command's own. */
    private static final int LAST = 1000;

    private static final String LOG = "org.slf4j.simpleLogger.";

    @Option(
            names = "--device",
            scope = ScopeType.INHERIT,
            paramLabel = "DEVICE",
            converter = DeviceConverter.class,
            order = LAST,
            description =
                    "Where models run: auto, cpu, cuda or cuda:INDEX. Without it, what the environment variable THAW_DEVICE says, else the best that works here.")
    private Device device;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            order = LAST + 1,
            description = "No progress and no notes on the standard error, only errors.")
    private boolean quiet;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            order = LAST + 2,
            description = "Where the work fails, print where in the program too.")
    private boolean stacktrace;

    @Spec private CommandSpec spec;

    private Thaw() {}

    /** Runs a command; leaves the JVM with its exit code where that is not 0. */
    public static void main(String[] args) {
        logPlainly();
        int code = run(args);
        System.out.flush();
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs a command; returns its exit code. */
    static int run(String... args) {
        Thaw thaw = new Thaw();
        CommandLine line = new CommandLine(thaw);
        Failures failures = new Failures(() -> thaw.stacktrace);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setOut(Console.out());
        line.setParameterExceptionHandler(failures);
        line.setExecutionExceptionHandler(failures);
        everywhere(line);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return failures.report(e, line);
        }
    }

    /** What all commands have in common: options and the look of their help. */
    private static void everywhere(CommandLine line) {
        headings(line.getCommandSpec());
        for (CommandLine sub : line.getSubcommands().values()) {
            CommandSpec s = sub.getCommandSpec();
            if (s.findOption("--help") == null && !s.helpCommand()) {
                s.mixinStandardHelpOptions(true);
            }
            s.versionProvider(new Version());
            headings(s);
        }
    }

    private static void headings(CommandSpec s) {
        s.usageMessage()
                .sortOptions(false)
                .descriptionHeading("%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n");
    }

    /** What the libraries log is for people who read along; what is set already stays. */
    private static void logPlainly() {
        setUnlessSet(LOG + "defaultLogLevel", "warn");
        setUnlessSet(LOG + "showThreadName", "false");
        setUnlessSet(LOG + "showLogName", "false");
    }

    private static void setUnlessSet(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }

    @Override
    public Integer call() {
        Demo.run(device(), Path.of(DemoCommand.FOLDER));
        return 0;
    }

    /** The device that the options, the environment or the machine choose. */
    Device device() {
        return device == null ? Device.auto() : device;
    }

    /** Whether the options name a device. */
    boolean namesDevice() {
        return device != null;
    }

    boolean quiet() {
        return quiet;
    }

    /** Tells the reader, not the next program in the pipe. */
    void note(String format, Object... arguments) {
        if (!quiet) {
            spec.commandLine().getErr().printf(Locale.ROOT, format + "%n", arguments);
        }
    }
}
