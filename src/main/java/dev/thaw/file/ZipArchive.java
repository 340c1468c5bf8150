package dev.thaw.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zip archive open for reading: entries stored or deflated, in any order, ZIP64 too. The list of
 * entries is read and checked when it is opened: names, places, sizes, no two entries with one name
 * or over the same bytes. An entry's checksum is compared when it is read.
 *
 * <p>Contents are not trusted: whatever is wrong ends in a {@link FileFormatException}. Entries
 * inflate to the size they declare or not at all: each to at most 64 MiB and 16 times its packed
 * size, all to 256 MiB and 16 times the archive's.
 */
public final class ZipArchive implements AutoCloseable {
    /** What an entry may inflate to, whatever its packed size. */
    private static final long SLACK = 64L << 20;

    /** What an entry may inflate to for each packed byte above that. */
    private static final long RATIO = 16;

    /** What all entries may inflate to, whatever the archive's size. */
    private static final long TOTAL_SLACK = 256L << 20;

    /** A size that stands for all beyond it, so that sums do not overflow. */
    private static final long MOST = 1L << 48;

    private static final int BUFFER = 1 << 16;

    private final ByteSource source;
    private final Map<String, ZipEntryInfo> entries;

    private ZipArchive(ByteSource source) {
        this.source = source;
        this.entries = new ZipDirectory(source).read();
        long total = entries.values().stream().mapToLong(e -> Math.min(e.size(), MOST)).sum();
        if (total > TOTAL_SLACK + RATIO * source.length()) {
            throw damaged(
                    "",
                    "its entries may inflate to at most 256 MiB and 16 times its size, declared are "
                            + total);
        }
    }

    /**
     * An archive on disk.
     *
     * @throws FileFormatException if it is no zip archive, or its directory is damaged
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static ZipArchive open(Path path) {
        return open(ByteSource.open(path));
    }

    /**
     * An archive in any source of bytes, which this closes in the end, or at once if it cannot be
     * read.
     *
     * @throws FileFormatException if it is no zip archive, or its directory is damaged
     */
    public static ZipArchive open(ByteSource source) {
        try {
            return new ZipArchive(source);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /** The archive's name in messages. */
    public String name() {
        return source.name();
    }

    /** The names of all entries, in the directory's order; folders end in a slash. */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** True where an entry of this name exists. */
    public boolean has(String name) {
        return entries.containsKey(name);
    }

    /**
     * An entry's contents, at most {@code limit} bytes.
     *
     * @throws FileFormatException if it is missing, larger, damaged or packed in another way
     */
    public byte[] bytes(String name, int limit) {
        ZipEntryInfo e = entry(name);
        if (e.size() > limit) {
            throw damaged(name, "must have at most %s bytes, has %s".formatted(limit, e.size()));
        }
        return e.isStored() ? stored(e) : inflated(e);
    }

    /**
     * An entry for reading at any position: a stored one is read where it is, after its checksum
     * has been compared; a deflated one is inflated into memory.
     *
     * @throws FileFormatException if it is missing, damaged, too large or packed in another way
     */
    public ByteSource open(String name) {
        ZipEntryInfo e = entry(name);
        if (!e.isStored()) {
            return ByteSource.of(inflated(e), path(name));
        }
        CRC32 crc = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        for (long at = 0; at < e.size(); at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER, e.size() - at));
            source.read(e.start() + at, buffer);
            crc.update(buffer.flip());
        }
        checkCrc(e, crc);
        return source.part(e.start(), e.size(), path(name));
    }

    private String path(String entry) {
        return "%s!%s".formatted(source.name(), entry);
    }

    private ZipEntryInfo entry(String name) {
        ZipEntryInfo e = entries.get(name);
        if (e == null) {
            throw new FileFormatException(
                    source.name(),
                    "",
                    "must have the entry %s, it has %s".formatted(name, some()),
                    "give a .keras file that Keras saved");
        }
        return e;
    }

    private String some() {
        String all = String.join(", ", entries.keySet());
        return entries.isEmpty() ? "none" : all.substring(0, Math.min(200, all.length()));
    }

    private byte[] stored(ZipEntryInfo e) {
        byte[] bytes = source.read(e.start(), (int) e.size());
        CRC32 crc = new CRC32();
        crc.update(bytes);
        checkCrc(e, crc);
        return bytes;
    }

    private byte[] inflated(ZipEntryInfo e) {
        long most = Math.min(SLACK + RATIO * e.packed(), Integer.MAX_VALUE - 16);
        if (e.size() > most || e.size() > Runtime.getRuntime().maxMemory()) {
            throw new FileFormatException(
                    source.name(),
                    e.name(),
                    "may inflate to at most %s bytes here, declares %s"
                            .formatted(Math.min(most, Runtime.getRuntime().maxMemory()), e.size()),
                    "store it in the archive without compression, as Keras does");
        }
        byte[] out = new byte[(int) e.size()];
        Inflater z = new Inflater(true);
        try {
            if (inflate(e, z, out) != out.length || !z.finished()) {
                throw damaged(
                        e.name(), "must inflate to %s bytes, it does not".formatted(e.size()));
            }
        } catch (DataFormatException x) {
            throw damaged(e.name(), "cannot be inflated: " + x.getMessage());
        } finally {
            z.end();
        }
        CRC32 crc = new CRC32();
        crc.update(out);
        checkCrc(e, crc);
        return out;
    }

    /** The number of bytes that came out; at the end one more is tried, so that too many show. */
    private int inflate(ZipEntryInfo e, Inflater z, byte[] out) throws DataFormatException {
        byte[] spare = new byte[1];
        ByteBuffer in = ByteBuffer.allocate((int) Math.min(BUFFER, e.packed()));
        int n = 0;
        for (long at = 0; at < e.packed() && !z.finished(); at += in.limit()) {
            in.clear().limit((int) Math.min(in.capacity(), e.packed() - at));
            source.read(e.start() + at, in);
            z.setInput(in.array(), 0, in.limit());
            int k;
            do {
                k = n < out.length ? z.inflate(out, n, out.length - n) : z.inflate(spare);
                n += k;
                if (n > out.length) {
                    return n;
                }
            } while (k > 0);
        }
        return n;
    }

    private void checkCrc(ZipEntryInfo e, CRC32 crc) {
        if (crc.getValue() != e.crc()) {
            throw damaged(
                    e.name(),
                    String.format(
                            "its checksum must be %08x, it is %08x", e.crc(), crc.getValue()));
        }
    }

    private FileFormatException damaged(String entry, String rule) {
        return new FileFormatException(source.name(), entry, rule, FileFormatException.DAMAGED);
    }

    /** Closes the archive, and with it what {@link #open(String)} gave. */
    @Override
    public void close() {
        source.close();
    }
}
