package dev.thaw.file;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text from a file, fit to be shown: on a terminal, control characters move the cursor, change what
 * was printed before and more. Here, and nowhere else, they become visible.
 */
public final class Printable {
    /** Formatting characters are among them, as they can turn the direction of a line. */
    private static final Pattern HIDDEN =
            Pattern.compile("\\r(?!\\n)|[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\r\\n\\t]]");

    private Printable() {}

    /**
     * The text with its line feeds and tabs, and every other control or formatting character in
     * Java's writing of it: <code>&#92;u001b</code>.
     */
    public static String of(String text) {
        return HIDDEN.matcher(text)
                .replaceAll(
                        m ->
                                m.group()
                                        .chars()
                                        .mapToObj("\\\\u%04x"::formatted)
                                        .collect(Collectors.joining()));
    }
}
