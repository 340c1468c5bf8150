package dev.thaw.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read or written, in words; the system's own message is often none. */
final class Reason {
    private Reason() {}

    /** An interrupt closes a channel under its reader or writer, and leaves the flag set. */
    static String of(IOException e) {
        if (e instanceof ClosedChannelException && Thread.currentThread().isInterrupted()) {
            return "the thread was interrupted; do it again";
        }
        if (e instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "access was denied; change its permissions";
        }
        return e instanceof FileSystemException f && f.getReason() == null
                ? "%s %s".formatted(e.getClass().getSimpleName(), f.getFile())
                : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
