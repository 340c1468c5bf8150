package dev.thaw.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive under construction: entries stored without compression, in the order in which they
 * come, all dated 1980, so that the same contents give the same bytes.
 */
public final class ZipBuilder implements Body {
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final Map<String, Body> entries = new LinkedHashMap<>();

    /** An empty archive. */
    public ZipBuilder() {}

    /**
     * An entry with these bytes.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public ZipBuilder entry(String name, byte[] contents) {
        return entry(name, out -> out.write(contents));
    }

    /**
     * An entry with contents that are written twice: the first time only to learn their size and
     * checksum, which stand before them in the archive.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public ZipBuilder entry(String name, Body contents) {
        if (entries.putIfAbsent(name, contents) != null) {
            throw new IllegalArgumentException(
                    "zip: the entry %s is there already".formatted(name));
        }
        return this;
    }

    /** Writes the whole archive. */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Map.Entry<String, Body> e : entries.entrySet()) {
            Measure measure = new Measure();
            e.getValue().writeTo(measure);
            ZipEntry entry = new ZipEntry(e.getKey());
            entry.setMethod(ZipEntry.STORED);
            entry.setTimeLocal(EPOCH);
            entry.setSize(measure.size);
            entry.setCrc(measure.crc.getValue());
            zip.putNextEntry(entry);
            OutputStream buffered = new BufferedOutputStream(zip);
            e.getValue().writeTo(buffered);
            buffered.flush();
            zip.closeEntry();
        }
        zip.finish();
        zip.flush();
    }

    /** Counts and sums what passes. */
    private static final class Measure extends OutputStream {
        private final CRC32 crc = new CRC32();
        private long size;

        @Override
        public void write(int b) {
            crc.update(b);
            size++;
        }

        @Override
        public void write(byte[] b, int from, int n) {
            crc.update(b, from, n);
            size += n;
        }
    }
}
