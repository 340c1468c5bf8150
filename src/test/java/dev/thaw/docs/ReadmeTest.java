package dev.thaw.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What README tells to copy works. */
class ReadmeTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private final Markdown readme = Markdown.readme();

    @TempDir Path folder;

    @Test
    void everyProgramCompilesAndTheFirstRuns() throws Exception {
        List<String> programs = readme.programs();
        assertThat(programs).isNotEmpty();
        for (String program : programs) {
            Compiled.of(program, CLASS_PATH, folder);
        }
        String few = programs.get(0).replaceAll("epochs\\(\\d+\\)", "epochs(2)");
        Compiled compiled = Compiled.of(few, CLASS_PATH, folder);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass(compiled.className())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        }
    }

    @Test
    void everyFragmentCompiles() throws Exception {
        for (Markdown page : Markdown.pages()) {
            for (String fragment : page.fragments()) {
                Compiled.of(Fragment.inAClass(fragment), CLASS_PATH, folder);
            }
        }
    }

    @Test
    void theDependencyIsThisProject() throws Exception {
        Pom pom = Pom.read();
        for (String name : List.of("groupId", "artifactId", "version")) {
            String element = "<%s>%s</%s>".formatted(name, pom.project(name), name);
            assertThat(readme.blocks("xml").get(0)).contains(element);
        }
        assertThat(readme.text())
                .contains("org.slf4j:slf4j-simple:" + pom.property("slf4j.version"));
    }

    /** Gradle does not know Maven's profiles: README names what the one for Linux adds. */
    @Test
    void gradleGetsWhatTheProfileOfLinuxAdds() throws Exception {
        Pom pom = Pom.read();
        String lines = readme.blocks("kotlin").get(0);
        String own =
                String.join(
                        ":",
                        pom.project("groupId"),
                        pom.project("artifactId"),
                        pom.project("version"));
        assertThat(lines).contains("implementation(\"" + own + "\")");
        assertThat(
                        Pattern.compile("runtimeOnly\\(\"(.*)\"\\)")
                                .matcher(lines)
                                .results()
                                .map(m -> m.group(1)))
                .containsExactlyElementsOf(pom.dependencies("natives-linux-x86_64"));
    }
}
