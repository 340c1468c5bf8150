package dev.thaw.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the documentation points at is there. */
class PagesTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)\\)");

    /** A name of two words or more, as classes have. */
    private static final Pattern NAME = Pattern.compile("`([A-Z][a-z0-9]+[A-Z]\\w*)`");

    private static final Pattern WORD = Pattern.compile("\\b[A-Z]\\w+");
    private static final Pattern SOURCE = Pattern.compile(".*\\.(java|py|cu|cuh|h|cpp|c|sh)");
    private static final Set<String> KNOWN = known();

    static Stream<Path> pages() throws IOException {
        return Stream.of("README.md", "docs", "native")
                .flatMap(p -> files(Path.of(p)))
                .filter(p -> p.toString().endsWith(".md"));
    }

    private static Stream<Path> files(Path from) {
        try (Stream<Path> all = Files.walk(from)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> known() {
        Set<String> known = new HashSet<>();
        Stream.of("src", "native", "kernels")
                .flatMap(p -> files(Path.of(p)))
                .filter(p -> SOURCE.matcher(p.toString()).matches())
                .forEach(p -> WORD.matcher(text(p)).results().forEach(m -> known.add(m.group())));
        return known;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> found(Pattern pattern, Path page) {
        return pattern.matcher(text(page)).results().map(m -> m.group(1)).toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) {
        assertThat(found(LINK, page))
                .filteredOn(link -> !link.startsWith("http"))
                .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyClassThatIsNamedIsThere(Path page) {
        assertThat(found(NAME, page)).filteredOn(name -> !KNOWN.contains(name)).isEmpty();
    }
}
