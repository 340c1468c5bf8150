package dev.thaw.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of {@code kernels/} out of the jar, with the headers that it includes put in their places:
 * what the run-time compiler gets, and what the cache of compiled kernels is keyed by.
 *
 * @param name the file's name without its ending
 * @param text the whole source
 */
record KernelSource(String name, String text) {
    private static final String FOLDER = "/dev/thaw/kernels/";
    private static final Pattern INCLUDE = Pattern.compile("^\\s*#include \"([^\"]+)\".*$");

    static KernelSource of(String name) {
        StringBuilder text = new StringBuilder();
        append(name + ".cu", new HashSet<>(), text);
        return new KernelSource(name, text.toString());
    }

    private static void append(String path, Set<String> done, StringBuilder text) {
        if (!done.add(path)) {
            return;
        }
        int line = 1;
        text.append("#line 1 \"").append(path).append("\"\n");
        for (String s : read(path).lines().toList()) {
            Matcher include = INCLUDE.matcher(s);
            if (include.matches()) {
                append(sibling(path, include.group(1)), done, text);
                text.append("#line ").append(line + 1);
                text.append(" \"").append(path).append("\"\n");
            } else if (!s.strip().equals("#pragma once")) {
                text.append(s).append('\n');
            } else {
                text.append('\n');
            }
            line++;
        }
    }

    private static String sibling(String path, String name) {
        return path.substring(0, path.lastIndexOf('/') + 1) + name;
    }

    private static String read(String path) {
        byte[] bytes = resource(path);
        if (bytes == null) {
            throw new IllegalStateException("cuda: no kernel source " + FOLDER + path);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A file packed beside the kernels; null where there is none. */
    static byte[] resource(String path) {
        try (InputStream in = KernelSource.class.getResourceAsStream(FOLDER + path)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(FOLDER + path, e);
        }
    }

    String hash() {
        return NativeFolder.hash(List.of(text.getBytes(StandardCharsets.UTF_8)));
    }
}
