package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class OptionsTest {
    /**
     * A program may predict, evaluate or fit first: each class of options in classes of its own.
     */
    @ParameterizedTest
    @ValueSource(strings = {"FitOptions", "EvaluateOptions", "PredictOptions"})
    void eachMayBeTheFirst(String name) throws IOException, ReflectiveOperationException {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader fresh =
                new URLClassLoader(
                        path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> type = Class.forName("dev.thaw.model." + name, true, fresh);
            Object options = type.getField("DEFAULT").get(null);
            assertThat(type.getMethod("batchSize").invoke(options)).isEqualTo(32);
        }
    }
}
