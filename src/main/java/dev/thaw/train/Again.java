package dev.thaw.train;

import dev.thaw.data.Batch;

import org.apiguardian.api.API;

import java.util.Optional;

/** Reads a batch of the running epoch once more: the one whose loss was not finite. */
@API(status = API.Status.INTERNAL)
@FunctionalInterface
public interface Again {
    /**
     * The batch of these samples; empty where they do not come again. No batch is read after it.
     */
    Optional<Batch> read(long[] numbers);
}
