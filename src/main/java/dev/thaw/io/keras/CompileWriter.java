package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;

import java.util.List;

/** Writes how a model is compiled, and the state of its optimizer. */
final class CompileWriter {
    private CompileWriter() {}

    static ObjectNode write(Compilation c, Model model) {
        return JsonNodeFactory.instance.objectNode();
    }

    static List<Tensor> state(Compilation c, Model model) {
        return List.of();
    }
}
