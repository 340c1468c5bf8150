package dev.thaw.data;

import java.util.OptionalLong;

/** Data cannot be read. The message names the sample, or the batch where only that is known. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final long UNKNOWN = -1;

    private final long sample;

    private DataException(String message, Throwable cause) {
        this(message, UNKNOWN, cause);
    }

    DataException(String message, long sample, Throwable cause) {
        super(message, cause);
        this.sample = sample;
    }

    /** The sample of this number failed. */
    static DataException of(long sample, RuntimeException cause) {
        return cause instanceof DataException known && known.sample != UNKNOWN
                ? known
                : new DataException(
                        "data: sample %d cannot be read: %s; mend it, or leave it out"
                                .formatted(sample, text(cause)),
                        sample,
                        cause);
    }

    /** A batch failed on a thread of its own; told to the one that waits for it. */
    static DataException ahead(int epoch, int batch, Exception cause) {
        return cause instanceof DataException known
                ? new DataException(known.getMessage(), known.sample, known)
                : new DataException(
                        "data: batch %d of epoch %d cannot be read: %s"
                                .formatted(batch, epoch, text(cause)),
                        cause);
    }

    static DataException interrupted(InterruptedException cause) {
        return new DataException(
                "data: the thread was interrupted while it waited for a batch", cause);
    }

    private static String text(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();
    }

    /** The number of the sample; empty where only the batch is known. */
    public OptionalLong sample() {
        return sample == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(sample);
    }
}
