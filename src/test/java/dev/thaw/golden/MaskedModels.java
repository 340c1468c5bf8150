package dev.thaw.golden;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.Embedding;
import dev.thaw.layer.core.Masking;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.GroupNormalization;
import dev.thaw.layer.normalization.RMSNormalization;
import dev.thaw.layer.normalization.UnitNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling1D;
import dev.thaw.layer.preprocessing.Normalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.List;

/** The models with masks, layers in layers and rarer normalizations of {@link TrainingModels}. */
final class MaskedModels {
    private MaskedModels() {}

    static Model of(String name) {
        return switch (name) {
            case "masked_steps" -> steps();
            case "masked_pool" -> pool();
            case "masked_outputs" -> outputs();
            case "embedded" -> embedded();
            case "per_step" -> perStep();
            case "normalized" -> normalized();
            default -> throw new IllegalArgumentException("no such model here: " + name);
        };
    }

    private static Model row(Symbol x, Layer... parts) {
        Symbol s = x;
        for (Layer part : parts) {
            s = part.apply(s);
        }
        return new Model(x, s);
    }

    private static Dense dense(int units, String name, ActivationFunction activation) {
        Dense layer = new Dense(units, activation);
        layer.named(name);
        return layer;
    }

    private static Dense dense(int units, String name) {
        return dense(units, name, ActivationFunction.LINEAR);
    }

    private static Layer bn(String name) {
        return new BatchNormalization().momentum(.9).named(name);
    }

    private static Model steps() {
        return row(
                Input.of(4, 3),
                new Masking(),
                dense(5, "hidden").useBias(false),
                bn("bn"),
                new ReLU(),
                dense(3, "head", ActivationFunction.SOFTMAX));
    }

    private static Model pool() {
        return row(
                Input.of(4, 3),
                new Masking(),
                dense(5, "hidden", ActivationFunction.TANH),
                new GlobalAveragePooling1D(),
                dense(3, "head"));
    }

    private static Model outputs() {
        Model base =
                row(Input.of(4, 3), new Masking(), dense(5, "hidden", ActivationFunction.TANH));
        Symbol x = Input.of(4, 3);
        Symbol s = base.apply(x);
        Symbol gate = dense(5, "gate", ActivationFunction.SIGMOID).apply(s);
        Symbol both = new Multiply().apply(List.of(s, gate));
        Symbol label = dense(3, "label").apply(both);
        Symbol value = dense(1, "value").apply(new Flatten().apply(s));
        return new Model(List.of(x), List.of(label, value));
    }

    private static Model embedded() {
        return row(
                Input.of(Shape.of(4), DType.INT32),
                new Embedding(6, 3).maskZero(true).named("table"),
                bn("bn"),
                new Dropout(0),
                dense(3, "head"));
    }

    private static Model perStep() {
        Sequential tower =
                new Sequential(Input.of(3), dense(4, "inner").useBias(false), bn("inner_bn"));
        return row(
                Input.of(4, 3),
                new TimeDistributed(tower).named("each"),
                new ReLU(),
                new TimeDistributed(dense(3, "head")));
    }

    private static Model normalized() {
        return row(
                Input.of(4, 4, 3),
                new Normalization(3).named("input_norm"),
                new Conv2D(4, 3).useBias(false).named("conv"),
                new BatchNormalization()
                        .momentum(.8)
                        .renorm(true)
                        .renormClipping(.4, 2., .8)
                        .named("renorm"),
                new GroupNormalization(2).named("group"),
                new ReLU(),
                new RMSNormalization().named("rms"),
                new Flatten(),
                new UnitNormalization(),
                dense(3, "head"));
    }
}
