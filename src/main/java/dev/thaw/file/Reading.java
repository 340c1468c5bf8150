package dev.thaw.file;

import java.io.UncheckedIOException;
import java.util.function.Supplier;

/**
 * Reads what comes from outside. Here, and nowhere else, whatever goes wrong becomes an error with
 * the file's name: also what nobody foresaw, a stack or a heap that is too small.
 */
public final class Reading {
    private static final String UNFORESEEN =
            "nobody foresaw such a file; please report it, with the file if it may be shown";

    private Reading() {}

    /**
     * Does this work.
     *
     * @param file what to call the file in messages
     * @throws FileFormatException for everything that is wrong but a disk that does not answer
     */
    public static <T> T of(String file, Supplier<T> work) {
        try {
            return work.get();
        } catch (UncheckedIOException e) {
            throw e;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new FileFormatException(
                    file, "", String.valueOf(e.getMessage()), FileFormatException.UNSUPPORTED, e);
        } catch (RuntimeException e) {
            throw new FileFormatException(file, "", "cannot be read: " + e, UNFORESEEN, e);
        } catch (StackOverflowError e) {
            throw new FileFormatException(
                    file,
                    "",
                    "what it holds must not be nested as deep as this",
                    FileFormatException.UNSUPPORTED,
                    e);
        } catch (OutOfMemoryError e) {
            throw new FileFormatException(
                    file,
                    "",
                    "what it holds must fit in Java's heap, which has %d MB"
                            .formatted(Runtime.getRuntime().maxMemory() >> 20),
                    "give Java more: -Xmx8g",
                    e);
        }
    }
}
