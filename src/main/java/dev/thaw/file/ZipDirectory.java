package dev.thaw.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and checks an archive's central directory, at its end. */
final class ZipDirectory {
    private static final int END = 0x06054B50;
    private static final int END64 = 0x06064B50;
    private static final int LOCATOR64 = 0x07064B50;
    private static final int CENTRAL = 0x02014B50;
    private static final int LOCAL = 0x04034B50;
    private static final int END_SIZE = 22;
    private static final int CENTRAL_SIZE = 46;
    private static final int LOCAL_SIZE = 30;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final long IN_ZIP64 = 0xFFFFFFFFL;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_DIRECTORY = 16 << 20;
    private static final int MAX_NAME = 4096;
    private static final int ENCRYPTED = 1;

    private final ByteSource source;

    ZipDirectory(ByteSource source) {
        this.source = source;
    }

    private record EndRecord(long entries, long size, long start) {}

    Map<String, ZipEntryInfo> read() {
        EndRecord p = endRecord();
        if (p.entries > MAX_ENTRIES || p.size > MAX_DIRECTORY) {
            throw damaged(
                    "",
                    "an archive may have 10000 entries and 16 MiB of names, declares %s and %s"
                            .formatted(p.entries, p.size));
        }
        ByteBuffer b = little(source.read(p.start, (int) p.size));
        Map<String, ZipEntryInfo> entries = new LinkedHashMap<>();
        for (int i = 0; i < p.entries; i++) {
            ZipEntryInfo e = entry(b);
            if (entries.put(e.name(), e) != null) {
                throw damaged(e.name(), "the archive must not have two entries of one name");
            }
        }
        if (b.hasRemaining()) {
            throw damaged("", "the directory has %s bytes too many".formatted(b.remaining()));
        }
        checkOverlap(new ArrayList<>(entries.values()), p.start);
        return entries;
    }

    private EndRecord endRecord() {
        int n = (int) Math.min(source.length(), END_SIZE + MAX_COMMENT);
        ByteBuffer b = little(source.read(source.length() - n, n));
        for (int at = n - END_SIZE; at >= 0; at--) {
            if (b.getInt(at) == END && at + END_SIZE + (b.getShort(at + 20) & 0xFFFF) == n) {
                return endRecord(b.position(at), source.length() - n + at);
            }
        }
        throw new FileFormatException(
                source.name(),
                "",
                "is not a whole zip archive: the directory at its end is missing",
                FileFormatException.DAMAGED);
    }

    private EndRecord endRecord(ByteBuffer b, long at) {
        b.getInt();
        int disk = b.getShort() & 0xFFFF;
        int first = b.getShort() & 0xFFFF;
        b.getShort();
        long entries = b.getShort() & 0xFFFF;
        long size = b.getInt() & 0xFFFFFFFFL;
        long start = b.getInt() & 0xFFFFFFFFL;
        long end = at;
        if (entries == 0xFFFF || size == IN_ZIP64 || start == IN_ZIP64) {
            end = end64(at);
            ByteBuffer e = little(source.read(end, 56));
            if (e.getInt(0) != END64) {
                throw damaged("", "the ZIP64 directory's end is not where it must be");
            }
            disk = e.getInt(16);
            first = e.getInt(20);
            entries = e.getLong(32);
            size = e.getLong(40);
            start = e.getLong(48);
        }
        if (disk != 0 || first != 0) {
            throw damaged("", "the archive must be one file, it is a part of several");
        }
        if (entries < 0 || size < 0 || start < 0 || start + size != end) {
            throw damaged(
                    "",
                    "the directory must reach to its end record at %s, declared at %s with %s bytes"
                            .formatted(end, start, size));
        }
        return new EndRecord(entries, size, start);
    }

    private long end64(long end) {
        ByteBuffer b = little(source.read(end - 20, 20));
        if (b.getInt(0) != LOCATOR64) {
            throw damaged("", "the ZIP64 locator is missing");
        }
        return b.getLong(8);
    }

    private ZipEntryInfo entry(ByteBuffer b) {
        need(b, CENTRAL_SIZE);
        int at = b.position();
        if (b.getInt(at) != CENTRAL) {
            throw damaged("", "the directory has something else where an entry must begin");
        }
        int flags = b.getShort(at + 8);
        int method = b.getShort(at + 10) & 0xFFFF;
        long crc = b.getInt(at + 16) & 0xFFFFFFFFL;
        int nameLength = b.getShort(at + 28) & 0xFFFF;
        int extraLength = b.getShort(at + 30) & 0xFFFF;
        int commentLength = b.getShort(at + 32) & 0xFFFF;
        need(b, CENTRAL_SIZE + nameLength + extraLength + commentLength);
        String name = name(b.slice(at + CENTRAL_SIZE, nameLength));
        ByteBuffer extra = little(b.slice(at + CENTRAL_SIZE + nameLength, extraLength));
        long[] sizes = {
            b.getInt(at + 24) & 0xFFFFFFFFL,
            b.getInt(at + 20) & 0xFFFFFFFFL,
            b.getInt(at + 42) & 0xFFFFFFFFL
        };
        zip64(extra, sizes, name);
        b.position(at + CENTRAL_SIZE + nameLength + extraLength + commentLength);
        if ((flags & ENCRYPTED) != 0) {
            throw damaged(name, "encrypted entries are not read");
        }
        if (method != ZipEntryInfo.STORED && method != ZipEntryInfo.DEFLATED) {
            throw damaged(name, "must be stored or deflated, got method " + method);
        }
        if (method == ZipEntryInfo.STORED && sizes[0] != sizes[1]) {
            throw damaged(
                    name,
                    "a stored entry must have one size, got %s, %s".formatted(sizes[0], sizes[1]));
        }
        long start = start(sizes[2], name, method);
        if (sizes[0] < 0 || sizes[1] < 0 || sizes[1] > source.length() - start) {
            throw damaged(name, "must end within the file, declares %s bytes".formatted(sizes[1]));
        }
        return new ZipEntryInfo(name, method, crc, sizes[1], sizes[0], start);
    }

    /** Numbers that do not fit 32 bits stand in an extra field, in this order. */
    private void zip64(ByteBuffer extra, long[] sizes, String name) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = extra.getShort() & 0xFFFF;
            if (length > extra.remaining()) {
                return; // padding that some tools write
            }
            ByteBuffer field = little(extra.slice(extra.position(), length));
            extra.position(extra.position() + length);
            for (int i = 0; id == 1 && i < sizes.length; i++) {
                if (sizes[i] == IN_ZIP64) {
                    if (field.remaining() < 8) {
                        throw damaged(name, "its ZIP64 sizes are missing");
                    }
                    sizes[i] = field.getLong();
                }
            }
        }
    }

    /** Where the data begins, after the local header, which must agree with the directory. */
    private long start(long offset, String name, int method) {
        ByteBuffer b = little(source.read(offset, LOCAL_SIZE));
        int nameLength = b.getShort(26) & 0xFFFF;
        int extraLength = b.getShort(28) & 0xFFFF;
        if (b.getInt(0) != LOCAL || (b.getShort(8) & 0xFFFF) != method) {
            throw damaged(name, "its own header must agree with the directory");
        }
        byte[] own = source.read(offset + LOCAL_SIZE, nameLength);
        if (!name.equals(name(ByteBuffer.wrap(own)))) {
            throw damaged(name, "its own header has another name");
        }
        long start = offset + LOCAL_SIZE + nameLength + extraLength;
        if (start > source.length()) {
            throw damaged(name, "must begin within the file, at " + start);
        }
        return start;
    }

    /** Nothing is ever unpacked to a name, but a name that leads elsewhere is a sign of malice. */
    private String name(ByteBuffer utf8) {
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw damaged("", "an entry's name must be UTF-8");
        }
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw damaged("", "an entry's name must be plain text, got \"%s\"".formatted(name));
        }
        boolean up = List.of(name.split("[/\\\\]")).contains("..");
        if (up || name.startsWith("/") || name.startsWith("\\") || name.matches("[A-Za-z]:.*")) {
            throw damaged("", "an entry must lie within the archive, got \"%s\"".formatted(name));
        }
        return name;
    }

    private void checkOverlap(List<ZipEntryInfo> entries, long directory) {
        entries.sort(Comparator.comparingLong(ZipEntryInfo::start));
        for (int i = 0; i < entries.size(); i++) {
            ZipEntryInfo e = entries.get(i);
            long limit = i + 1 < entries.size() ? entries.get(i + 1).start() : directory;
            if (e.packed() > limit - e.start()) {
                throw damaged(e.name(), "must not overlap with other entries or the directory");
            }
        }
    }

    private void need(ByteBuffer b, int n) {
        if (b.remaining() < n) {
            throw damaged("", "the directory ends within an entry");
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return little(ByteBuffer.wrap(bytes));
    }

    private static ByteBuffer little(ByteBuffer b) {
        return b.order(ByteOrder.LITTLE_ENDIAN);
    }

    private FileFormatException damaged(String entry, String rule) {
        return new FileFormatException(source.name(), entry, rule, FileFormatException.DAMAGED);
    }
}
