package dev.thaw.docs;

import java.util.List;

/** Statements of the documentation, with what a reader of them takes for granted. */
final class Fragment {
    private static final List<String> IMPORTED =
            List.of(
                    "applications",
                    "backend.spi",
                    "config",
                    "data",
                    "graph",
                    "io.keras",
                    "layer",
                    "layer.activation",
                    "layer.convolution",
                    "layer.core",
                    "layer.merging",
                    "layer.normalization",
                    "layer.pooling",
                    "layer.preprocessing",
                    "layer.regularization",
                    "layer.reshaping",
                    "layer.weight",
                    "model",
                    "tensor",
                    "train",
                    "model.callback",
                    "train.loss",
                    "train.metric",
                    "train.optimizer");

    private Fragment() {}

    /** A file with one class and one method around the statements. */
    static String inAClass(String statements) {
        StringBuilder b = new StringBuilder();
        IMPORTED.forEach(p -> b.append("import dev.thaw.%s.*;%n".formatted(p)));
        b.append(
                """
                import static dev.thaw.graph.Selection.*;
                import static dev.thaw.layer.activation.ActivationFunction.*;
                import java.nio.file.Path;
                import java.util.List;
                import java.util.stream.Stream;

                abstract class Fragment {
                    Model base;
                    Model model;
                    Tensor images;
                    Tensor labels;
                    Tensor pixels;

                    abstract Tensor readImage(int i);
                    abstract int readLabel(int i);
                    abstract Stream<String> lines();
                    abstract Sample parse(String line);

                    @SuppressWarnings("try")
                    void run() throws Exception {
                %s
                    }
                }
                """
                        .formatted(statements));
        return b.toString();
    }
}
