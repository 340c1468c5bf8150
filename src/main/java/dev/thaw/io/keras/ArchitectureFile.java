package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Registry;
import dev.thaw.file.ByteSource;
import dev.thaw.model.Model;

import java.nio.charset.StandardCharsets;

/** A JSON text: what {@code model.to_json()} says, a graph without weights. */
final class ArchitectureFile {
    private static final int BRACE = '{';

    private final ByteSource source;

    ArchitectureFile(ByteSource source) {
        this.source = source;
    }

    /** Whether it begins as JSON does. */
    static boolean fits(ByteSource source) {
        for (int i = 0; i < Math.min(source.length(), 64); i++) {
            byte b = source.read(i, 1)[0];
            if (!Character.isWhitespace(b)) {
                return b == BRACE;
            }
        }
        return false;
    }

    /** The model with new weights, compiled where the text says how. */
    Model model(Registry registry, boolean compiles) {
        try (source) {
            JsonNode json = ConfigJson.parse(text(), "");
            Model model = ModelReader.root("model", json, registry);
            if (compiles) {
                CompileReader.read(model, json.path("compile_config"), registry, false);
            }
            return model;
        }
    }

    private String text() {
        if (source.length() > ConfigJson.MAX_LENGTH) {
            throw new ConfigException(
                    "",
                    "an architecture must have at most %d bytes, got %d"
                            .formatted(ConfigJson.MAX_LENGTH, source.length()),
                    "");
        }
        return new String(source.read(0, (int) source.length()), StandardCharsets.UTF_8);
    }
}
