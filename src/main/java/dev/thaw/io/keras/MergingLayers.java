package dev.thaw.io.keras;

import dev.thaw.layer.Add;
import dev.thaw.layer.Average;
import dev.thaw.layer.Concatenate;
import dev.thaw.layer.Dot;
import dev.thaw.layer.Maximum;
import dev.thaw.layer.Minimum;
import dev.thaw.layer.Multiply;
import dev.thaw.layer.Subtract;

import java.util.List;

/** Several inputs, one output. */
final class MergingLayers {
    private MergingLayers() {}

    static void register(LayerTable t) {
        t.add("Add", c -> new Add());
        t.add("Subtract", c -> new Subtract());
        t.add("Multiply", c -> new Multiply());
        t.add("Average", c -> new Average());
        t.add("Maximum", c -> new Maximum());
        t.add("Minimum", c -> new Minimum());
        t.add("Concatenate", c -> new Concatenate(c.integer("axis", -1)));
        t.add("Dot", c -> dot(c).normalize(c.bool("normalize", false)));
    }

    private static Dot dot(Config c) {
        if (c.json("axes") == null || !c.json("axes").isArray()) {
            return new Dot(c.integer("axes"));
        }
        List<Integer> axes = c.integers("axes", 2, -1);
        return new Dot(axes.get(0), axes.get(1));
    }
}
