package dev.thaw.io.hdf5;

/** A name in a group, and where the object's header is. */
record Link(String name, long address) {
    private static final int MAX_NAME = 4096;
    private static final int HARD = 0;
    private static final int SOFT = 1;
    private static final int EXTERNAL = 64;

    /** A link that a symbol table holds. */
    static Link of(String name, long address, Cursor c) {
        if (name.isEmpty() || name.length() > MAX_NAME || name.equals(".") || name.contains("/")) {
            throw c.damaged(
                    "a name must have 1 to 4096 characters, no slash, and not be a dot, got \"%s\""
                            .formatted(Metadata.plain(name)));
        }
        return new Link(name, address);
    }

    /** A link message, as newer groups hold them. */
    static Link message(Cursor c) {
        int version = c.u8();
        if (version != 1) {
            throw c.damaged("a link must have version 1, got " + version);
        }
        int flags = c.u8();
        int type = (flags & 0x08) == 0 ? HARD : c.u8();
        c.skip((flags & 0x04) == 0 ? 0 : 8); // creation order
        c.skip((flags & 0x10) == 0 ? 0 : 1); // character set
        long length = c.number(1 << (flags & 3));
        if (length > MAX_NAME) {
            throw c.damaged("a name must have at most 4096 bytes, got " + length);
        }
        String name = c.text((int) length);
        if (type != HARD) {
            throw refused(kind(type), name, c);
        }
        return of(name, c.address(), c);
    }

    /** A soft or external link may lead anywhere, also out of the file, so it is not followed. */
    static RuntimeException refused(String kind, String name, Cursor c) {
        return c.unsupported(
                "%s links are refused, found \"%s\"".formatted(kind, Metadata.plain(name)));
    }

    private static String kind(int type) {
        return switch (type) {
            case SOFT -> "soft";
            case EXTERNAL -> "external";
            default -> "user-defined";
        };
    }
}
