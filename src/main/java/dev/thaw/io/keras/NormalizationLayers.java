package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.layer.BatchNormalization;
import dev.thaw.layer.BatchNormalizationConfig;
import dev.thaw.layer.BatchRenormalization;
import dev.thaw.layer.GroupNormalization;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNormalization;
import dev.thaw.layer.Normalization;
import dev.thaw.layer.RMSNormalization;
import dev.thaw.layer.UnitNormalization;
import dev.thaw.layer.WeightOptions;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Normalizations. */
final class NormalizationLayers {
    private NormalizationLayers() {}

    static void register(LayerTable t) {
        t.add("BatchNormalization", NormalizationLayers::batch);
        t.add("LayerNormalization", NormalizationLayers::layer);
        t.add("GroupNormalization", NormalizationLayers::group);
        t.add("RMSNormalization", NormalizationLayers::rms);
        t.add("UnitNormalization", NormalizationLayers::unit);
        t.add("Normalization", NormalizationLayers::given);
    }

    private static Layer batch(Config c) {
        // Keras 2 wrote the axis as a list of one
        return new BatchNormalization(
                BatchNormalizationConfig.DEFAULT
                        .withAxis(c.integers("axis", 1, -1).get(0))
                        .withMomentum(c.number("momentum", .99))
                        .withEpsilon(c.number("epsilon", 1e-3))
                        .withCenter(c.bool("center", true))
                        .withScale(c.bool("scale", true))
                        .withWeights(beta(c), gamma(c))
                        .withMovingInitializers(
                                c.initializer("moving_mean_initializer", Initializer.zeros()),
                                c.initializer("moving_variance_initializer", Initializer.ones()))
                        .withSynchronized(c.bool("synchronized", false))
                        .withRenorm(renorm(c)));
    }

    private static BatchRenormalization renorm(Config c) {
        c.ignore("renorm_momentum", "renorm_clipping"); // meaningless without renorm
        if (!c.bool("renorm", false)) {
            return null;
        }
        Config clipping = c.object("renorm_clipping");
        BatchRenormalization renorm =
                new BatchRenormalization(
                        clipping.numberOrNull("rmax"),
                        clipping.numberOrNull("rmin"),
                        clipping.numberOrNull("dmax"),
                        c.number("renorm_momentum", .99));
        clipping.finish();
        return renorm;
    }

    private static WeightOptions beta(Config c) {
        return new WeightOptions(
                c.initializer("beta_initializer", Initializer.zeros()),
                c.regularizer("beta_regularizer"),
                c.constraint("beta_constraint"));
    }

    private static WeightOptions gamma(Config c) {
        return new WeightOptions(
                c.initializer("gamma_initializer", Initializer.ones()),
                c.regularizer("gamma_regularizer"),
                c.constraint("gamma_constraint"));
    }

    private static Layer layer(Config c) {
        return new LayerNormalization()
                .axis(axes(c))
                .epsilon(c.number("epsilon", 1e-3))
                .center(c.bool("center", true))
                .scale(c.bool("scale", true))
                .beta(beta(c))
                .gamma(gamma(c));
    }

    private static Layer group(Config c) {
        return new GroupNormalization(c.integer("groups", 32))
                .axis(c.integer("axis", -1))
                .epsilon(c.number("epsilon", 1e-3))
                .center(c.bool("center", true))
                .scale(c.bool("scale", true))
                .beta(beta(c))
                .gamma(gamma(c));
    }

    private static Layer rms(Config c) {
        return new RMSNormalization().axis(axes(c)).epsilon(c.number("epsilon", 1e-6));
    }

    private static Layer unit(Config c) {
        JsonNode axis = c.json("axis");
        return axis != null && axis.isArray()
                ? new UnitNormalization(axes(c))
                : new UnitNormalization(c.integer("axis", -1));
    }

    private static int[] axes(Config c) {
        List<Integer> axes = c.integers("axis");
        return axes == null ? new int[] {-1} : axes.stream().mapToInt(i -> i).toArray();
    }

    private static Layer given(Config c) {
        // here null means no axis, and a file always says which
        List<Integer> axes = c.integers("axis");
        Normalization layer =
                new Normalization(
                                axes == null
                                        ? new int[0]
                                        : axes.stream().mapToInt(i -> i).toArray())
                        .invert(c.bool("invert", false));
        JsonNode mean = c.json("mean");
        JsonNode variance = c.json("variance");
        if (mean == null && variance == null) {
            return layer;
        }
        if (mean == null || variance == null) {
            throw c.refuse(
                    mean == null ? "mean" : "variance",
                    "mean and variance must be given both or not at all",
                    "null");
        }
        return layer.statistics(tensor(c, "mean", mean), tensor(c, "variance", variance));
    }

    /** Numbers in lists of lists of equal length. */
    private static Tensor tensor(Config c, String key, JsonNode node) {
        List<Integer> dims = new ArrayList<>();
        for (JsonNode n = node; n.isArray() && dims.size() < ObjectReader.MAX_RANK; n = n.path(0)) {
            dims.add(n.size());
        }
        List<Float> numbers = new ArrayList<>();
        collect(c, key, node, dims, 0, numbers);
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i);
        }
        return Tensor.of(floats, Shape.of(dims));
    }

    private static void collect(
            Config c, String key, JsonNode n, List<Integer> dims, int level, List<Float> into) {
        boolean leaf = level == dims.size();
        if (leaf ? !n.isNumber() : !n.isArray() || n.isEmpty() || n.size() != dims.get(level)) {
            throw c.refuse(
                    key, "must be a number or lists of numbers of equal length", Config.text(n));
        }
        if (leaf) {
            into.add((float) n.asDouble());
        } else {
            n.forEach(e -> collect(c, key, e, dims, level + 1, into));
        }
    }
}
