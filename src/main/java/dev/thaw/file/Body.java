package dev.thaw.file;

import java.io.IOException;
import java.io.OutputStream;

/** Contents that can be written, more than once and with the same bytes each time. */
@FunctionalInterface
public interface Body {
    /**
     * Writes all of it; does not close the stream.
     *
     * @throws IOException from the stream
     */
    void writeTo(OutputStream out) throws IOException;
}
