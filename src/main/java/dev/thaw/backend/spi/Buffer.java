package dev.thaw.backend.spi;

/** Memory of a backend. Only that backend can look inside; everybody else passes it on. */
public interface Buffer extends AutoCloseable {
    /** Its size in bytes. */
    long bytes();

    /**
     * A part of this buffer. It owns nothing: closing it does nothing, closing the whole ends it.
     */
    Buffer slice(long offset, long bytes);

    /** Frees the memory. Closing twice is allowed. */
    @Override
    void close();
}
