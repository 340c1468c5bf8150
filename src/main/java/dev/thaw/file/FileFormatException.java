package dev.thaw.file;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A file's content breaks a rule of its format, or asks for more than this library gives. The
 * message says which file, where inside it, the rule, the value found and the remedy.
 *
 * <p>It is unchecked, and an {@link UncheckedIOException}: whoever reads a file catches that one
 * type for both damaged contents and a disk that does not answer.
 */
public class FileFormatException extends UncheckedIOException {
    /** The remedy for contents that no writer makes. */
    public static final String DAMAGED =
            "the file is damaged or cut short; copy it again or save it anew";

    /** The remedy for lawful contents that are not read here. */
    public static final String UNSUPPORTED =
            "Keras does not write this; open the file with Keras and save it again";

    private static final long serialVersionUID = 1;

    private final String file;
    private final String inside;

    /**
     * The message is {@code file: inside: rule (remedy)}, {@link Printable}.
     *
     * @param file the file's name
     * @param inside where in the file: a path of groups, an archive's entry, a byte position; empty
     *     for the whole
     * @param rule the rule and the value that breaks it
     * @param remedy what its owner can do
     */
    public FileFormatException(String file, String inside, String rule, String remedy) {
        this(file, inside, rule, remedy, null);
    }

    /** As above, with the exception that led here. */
    public FileFormatException(
            String file, String inside, String rule, String remedy, Throwable cause) {
        super(message(file, inside, rule, remedy), cause(cause, rule));
        this.file = file;
        this.inside = inside;
    }

    private static String message(String file, String inside, String rule, String remedy) {
        return Printable.of(
                "%s: %s%s (%s)"
                        .formatted(file, inside.isEmpty() ? "" : inside + ": ", rule, remedy));
    }

    private static IOException cause(Throwable cause, String rule) {
        return cause instanceof IOException e ? e : new IOException(rule, cause);
    }

    /** The name of the file. */
    public String file() {
        return file;
    }

    /** Where inside the file; empty for the whole. */
    public String inside() {
        return inside;
    }
}
