package dev.thaw.backend.spi;

/** Makes backends of one kind; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** The kind in a device's name: {@code cpu}, {@code cuda}. */
    String kind();

    /** Whether {@code auto} prefers it: the highest number that opens wins. */
    int preference();

    /**
     * Opens the device with this index.
     *
     * @throws BackendUnavailableException where it cannot, with one readable line that says what
     *     was looked for, where, and what to do
     */
    Backend open(int index);
}
