package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.layer.Cropping1D;
import dev.thaw.layer.Cropping2D;
import dev.thaw.layer.Cropping3D;
import dev.thaw.layer.Extents;
import dev.thaw.layer.Flatten;
import dev.thaw.layer.Interpolation;
import dev.thaw.layer.Margins;
import dev.thaw.layer.Permute;
import dev.thaw.layer.RepeatVector;
import dev.thaw.layer.Reshape;
import dev.thaw.layer.Sides;
import dev.thaw.layer.UpSampling1D;
import dev.thaw.layer.UpSampling2D;
import dev.thaw.layer.UpSampling3D;
import dev.thaw.layer.ZeroPadding1D;
import dev.thaw.layer.ZeroPadding2D;
import dev.thaw.layer.ZeroPadding3D;

import java.util.ArrayList;
import java.util.List;

/** What moves numbers about. */
final class ReshapingLayers {
    private static final String PADDING = "padding";
    private static final String CROPPING = "cropping";

    private ReshapingLayers() {}

    static void register(LayerTable t) {
        t.add("Flatten", c -> new Flatten(c.dataFormat()));
        t.add("Reshape", c -> new Reshape(targetShape(c)));
        t.add("Permute", c -> new Permute(ints(c.integers("dims"))));
        t.add("RepeatVector", c -> new RepeatVector(c.integer("n")));
        t.add(
                "ZeroPadding1D",
                c -> new ZeroPadding1D(sides(c, PADDING, 1, 1).get(0)).dataFormat(c.dataFormat()));
        t.add(
                "ZeroPadding2D",
                c ->
                        new ZeroPadding2D(margins(sides(c, PADDING, 2, 1)))
                                .dataFormat(c.dataFormat()));
        t.add(
                "ZeroPadding3D",
                c -> {
                    List<Sides> s = sides(c, PADDING, 3, 1);
                    return new ZeroPadding3D(s.get(0), s.get(1), s.get(2))
                            .dataFormat(c.dataFormat());
                });
        t.add("Cropping1D", c -> new Cropping1D(sides(c, CROPPING, 1, 1).get(0)));
        t.add(
                "Cropping2D",
                c -> new Cropping2D(margins(sides(c, CROPPING, 2, 0))).dataFormat(c.dataFormat()));
        t.add(
                "Cropping3D",
                c -> {
                    List<Sides> s = sides(c, CROPPING, 3, 1);
                    return new Cropping3D(s.get(0), s.get(1), s.get(2)).dataFormat(c.dataFormat());
                });
        t.add("UpSampling1D", c -> new UpSampling1D(c.integer("size", 2)));
        t.add(
                "UpSampling2D",
                c ->
                        new UpSampling2D(new Extents(c.integers("size", 2, 2)))
                                .interpolation(
                                        c.choice(
                                                "interpolation",
                                                Interpolation.class,
                                                Interpolation.NEAREST))
                                .dataFormat(c.dataFormat()));
        t.add(
                "UpSampling3D",
                c ->
                        new UpSampling3D(new Extents(c.integers("size", 3, 2)))
                                .dataFormat(c.dataFormat()));
    }

    /** Extents; null counts as -1, what is left, as it does when Keras runs the layer. */
    private static int[] targetShape(Config c) {
        JsonNode n = c.json("target_shape");
        if (n == null || !n.isArray() || n.size() > ObjectReader.MAX_RANK) {
            throw c.refuse(
                    "target_shape",
                    "must be a list of at most " + ObjectReader.MAX_RANK + " extents",
                    n == null ? "nothing" : Config.text(n));
        }
        int[] dims = new int[n.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = n.get(i).isNull() ? -1 : integer(c, "target_shape", n.get(i));
        }
        return dims;
    }

    private static int[] ints(List<Integer> list) {
        return list == null ? new int[0] : list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int integer(Config c, String key, JsonNode n) {
        if (!n.isIntegralNumber() || !n.canConvertToInt()) {
            throw c.refuse(key, "must be whole numbers of 32 bits", Config.text(n));
        }
        return n.asInt();
    }

    /** One number for all, one per axis, or a pair per axis; for one axis the pair itself. */
    private static List<Sides> sides(Config c, String key, int axes, int otherwise) {
        JsonNode n = c.json(key);
        List<Sides> all = new ArrayList<>();
        for (int i = 0; i < axes; i++) {
            JsonNode own = n == null || !n.isArray() || axes == 1 ? n : n.path(i);
            all.add(own == null ? Sides.both(otherwise) : pair(c, key, own));
        }
        if (n != null && n.isArray() && n.size() != Math.max(2, axes)) {
            throw c.refuse(key, "must have " + Math.max(2, axes) + " entries", Config.text(n));
        }
        return all;
    }

    private static Sides pair(Config c, String key, JsonNode n) {
        if (n.isArray() && n.size() == 2) {
            return new Sides(integer(c, key, n.get(0)), integer(c, key, n.get(1)));
        }
        return Sides.both(integer(c, key, n));
    }

    private static Margins margins(List<Sides> s) {
        return new Margins(
                s.get(0).before(), s.get(0).after(), s.get(1).before(), s.get(1).after());
    }
}
