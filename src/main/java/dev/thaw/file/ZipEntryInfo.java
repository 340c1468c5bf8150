package dev.thaw.file;

/**
 * An entry as the directory tells.
 *
 * @param packed bytes in the archive
 * @param size bytes when unpacked
 * @param start where its bytes begin
 */
record ZipEntryInfo(String name, int method, long crc, long packed, long size, long start) {
    static final int STORED = 0;
    static final int DEFLATED = 8;

    boolean isStored() {
        return method == STORED;
    }
}
