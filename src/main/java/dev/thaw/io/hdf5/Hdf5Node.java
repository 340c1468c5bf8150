package dev.thaw.io.hdf5;

import dev.thaw.file.FileFormatException;

/** A group or a dataset of an open file. */
public abstract sealed class Hdf5Node permits Hdf5Group, Hdf5Dataset {
    private final String path;
    private final Hdf5Attributes attributes;

    Hdf5Node(String path, Hdf5Attributes attributes) {
        this.path = path;
        this.attributes = attributes;
    }

    /** The path from the root, {@code /layers/dense/vars/0}; the root's is {@code /}. */
    public final String path() {
        return path;
    }

    /** The last part of the path; empty for the root. */
    public final String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The attributes; reading one may throw {@link FileFormatException}. */
    public final Hdf5Attributes attributes() {
        return attributes;
    }

    /** The path of a child. */
    static String child(String path, String name) {
        return path.equals("/") ? "/" + name : path + "/" + name;
    }
}
