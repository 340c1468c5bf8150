package dev.thaw.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Refuses files before long work begins. */
final class FileCheck {
    private FileCheck() {}

    /** A file that can be read. */
    static Path input(Path file) {
        if (!Files.exists(file)) {
            throw new Failure(file + ": there is no such file; check the path");
        }
        if (Files.isDirectory(file)) {
            throw new Failure(file + ": is a folder; give a file");
        }
        if (!Files.isReadable(file)) {
            throw new Failure(file + ": may not be read; change its permissions");
        }
        return file;
    }

    /** A file that can be written, so that nobody trains for hours for nothing. */
    static Path output(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new Failure(file + ": is a folder; give the name of a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new Failure(file + ": the folder " + folder + " does not exist; create it first");
        }
        if (!Files.isWritable(folder)) {
            throw new Failure(
                    file + ": the folder " + folder + " may not be written to; choose another");
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new Failure(file + ": is write-protected; change its permissions");
        }
        return file;
    }
}
