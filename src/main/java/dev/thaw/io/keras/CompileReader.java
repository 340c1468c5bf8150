package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.model.Model;

/** Reads how a model was compiled, and the state of its optimizer. */
final class CompileReader {
    private CompileReader() {}

    static void read(Model model, JsonNode config, Hdf5Group root) {}

    static void readLegacy(Model model, JsonNode config, Hdf5Group root) {}
}
