package dev.thaw.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A Java file that was compiled: the folder of its classes, and the name of its first class. */
record Compiled(Path folder, String className) {
    private static final Pattern CLASS = Pattern.compile("class (\\w+)");

    /** Compiles a file against a class path; a warning is an error. */
    static Compiled of(String source, String classPath, Path folder) throws IOException {
        Matcher m = CLASS.matcher(source);
        assertThat(m.find()).as("a class in:%n%s", source).isTrue();
        Path file = Files.writeString(folder.resolve(m.group(1) + ".java"), source);
        List<String> options =
                List.of(
                        "--release",
                        "17",
                        "-Xlint:all",
                        "-Werror",
                        "-proc:none",
                        "-cp",
                        classPath,
                        "-d",
                        folder.toString());
        StringWriter said = new StringWriter();
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            var sources = files.getJavaFileObjects(file);
            boolean fine = javac.getTask(said, files, null, options, null, sources).call();
            assertThat(fine).as("%s%n%s", said, source).isTrue();
        }
        return new Compiled(folder, m.group(1));
    }
}
