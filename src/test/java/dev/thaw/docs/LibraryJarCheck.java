package dev.thaw.docs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** What a user of the library receives: the jar after {@code package}, and what it depends on. */
class LibraryJarCheck {
    private static final int PATIENCE_SECONDS = 120;

    private final Pom pom = Pom.read();
    private final Path jar =
            Path.of("target", "thaw-" + pom.project("version") + ".jar").toAbsolutePath();

    private final Path commandLine = Path.of("target", "thaw.jar").toAbsolutePath();

    @TempDir Path folder;

    LibraryJarCheck() throws Exception {}

    /** The libraries that the command line names, without those that are optional. */
    private List<String> received() throws IOException {
        try (JarFile file = new JarFile(commandLine.toFile())) {
            Attributes a = file.getManifest().getMainAttributes();
            return Arrays.stream(a.getValue(Attributes.Name.CLASS_PATH).split(" "))
                    .filter(p -> pom.optional().stream().noneMatch(o -> p.contains("/" + o + "-")))
                    .map(p -> commandLine.resolveSibling(p).toString())
                    .toList();
        }
    }

    @Test
    void itHasNeitherTheCommandLineNorTheMainJob() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<String> names = file.stream().map(JarEntry::getName).toList();
            long code =
                    file.stream()
                            .filter(e -> !e.getName().endsWith(".fatbin"))
                            .mapToLong(JarEntry::getCompressedSize)
                            .sum();
            System.out.printf(
                    "%s: %,d bytes, %,d of them without the kernels' machine code%n",
                    jar.getFileName(), Files.size(jar), code);
            assertThat(names)
                    .contains(
                            "dev/thaw/model/Model.class",
                            "dev/thaw/kernels/batchnorm.cu",
                            "META-INF/LICENSE",
                            "META-INF/services/dev.thaw.backend.spi.BackendProvider")
                    .noneMatch(n -> n.startsWith("dev/thaw/cli") || n.startsWith("dev/thaw/demo"))
                    .noneMatch(n -> n.contains("mnist") || n.endsWith(".keras"));
            Attributes a = file.getManifest().getMainAttributes();
            assertThat(a.getValue("Automatic-Module-Name")).isEqualTo("dev.thaw");
            assertThat(a.getValue(Attributes.Name.CLASS_PATH)).isNull();
            assertThat(a.getValue(Attributes.Name.MAIN_CLASS)).isNull();
        }
    }

    @Test
    void noClassNeedsWhatAUserDoesNotReceive() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "picocli..",
                            "org.knowm..",
                            "org.slf4j.simple..",
                            "dev.thaw.cli..",
                            "dev.thaw.demo..")
                    .check(new ClassFileImporter().importJar(file));
        }
    }

    @Test
    void everyClassIsInOneOfTheTwoJars() throws IOException {
        Path classes = Path.of("target", "classes");
        List<String> packaged = new ArrayList<>();
        for (Path p : List.of(jar, commandLine)) {
            try (JarFile file = new JarFile(p.toFile())) {
                file.stream()
                        .map(JarEntry::getName)
                        .filter(n -> n.endsWith(".class"))
                        .forEach(packaged::add);
            }
        }
        try (Stream<Path> all = Files.walk(classes)) {
            assertThat(packaged)
                    .containsExactlyInAnyOrderElementsOf(
                            all.map(p -> classes.relativize(p).toString().replace('\\', '/'))
                                    .filter(n -> n.endsWith(".class"))
                                    .toList());
        }
    }

    @Test
    void theProgramOfReadmeRunsWithWhatAUserReceives() throws Exception {
        String classPath = String.join(File.pathSeparator, received());
        assertThat(classPath)
                .contains(jar.getFileName().toString())
                .doesNotContain("picocli", "xchart", "slf4j-simple");
        Compiled program = Compiled.of(Markdown.readme().programs().get(0), classPath, folder);
        Path out = folder.resolve("out.txt");
        Process p =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dthaw.device=cpu",
                                "-cp",
                                classPath + File.pathSeparator + folder,
                                program.className())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        boolean ended = p.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        p.destroyForcibly();
        assertThat(ended).as("it ends within %d s", PATIENCE_SECONDS).isTrue();
        assertThat(p.exitValue()).as(Files.readString(out)).isZero();
        assertThat(Files.readString(out)).contains("loss: ");
    }
}
