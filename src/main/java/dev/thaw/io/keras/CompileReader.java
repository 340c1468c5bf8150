package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.model.Model;

import java.util.Optional;

/** Reads how a model was compiled, and the state of its optimizer. */
final class CompileReader {
    private CompileReader() {}

    static void read(Model model, JsonNode config, Optional<Hdf5Group> root) {}

    static void readLegacy(Model model, JsonNode config, Hdf5Group root) {}
}
