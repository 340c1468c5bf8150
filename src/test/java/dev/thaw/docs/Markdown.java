package dev.thaw.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation. */
record Markdown(Path file, String text) {
    static Markdown read(Path file) {
        try {
            return new Markdown(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Markdown readme() {
        return read(Path.of("README.md"));
    }

    /** README and the pages in docs, without those of the decisions. */
    static List<Markdown> pages() {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            return Stream.concat(Stream.of(Path.of("README.md")), docs.sorted())
                    .filter(p -> p.toString().endsWith(".md"))
                    .map(Markdown::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The contents of the blocks between fences that say this language. */
    List<String> blocks(String language) {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(text)
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    /** The blocks of Java that are a whole file. */
    List<String> programs() {
        return blocks("java").stream().filter(b -> b.contains("class ")).toList();
    }

    /** The blocks of Java that are statements. */
    List<String> fragments() {
        return blocks("java").stream().filter(b -> !b.contains("class ")).toList();
    }
}
