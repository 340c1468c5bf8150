package dev.thaw.golden;

import dev.thaw.config.Axis;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.convolution.SeparableConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.merging.Subtract;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.regularization.ActivityRegularization;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

import java.util.List;

/** The models of {@code training_fixtures.py}: one method for each function there. */
final class TrainingModels {
    private TrainingModels() {}

    static Model of(String name) {
        return switch (name) {
            case "logits" -> logits();
            case "softmax" -> softmax();
            case "softmax_layer" -> softmaxLayer();
            case "softmax_mixed" -> softmaxMixed();
            case "softmax_clipped" -> softmaxClipped();
            case "logit" -> logit();
            case "sigmoid" -> sigmoid();
            case "sigmoid_mixed" -> sigmoidMixed();
            case "sigmoid_clipped" -> sigmoidClipped();
            case "labels" -> labels();
            case "regression" -> regression();
            case "regularized" -> regularized();
            case "constrained" -> constrained();
            case "constrained_images" -> constrainedImages();
            case "active" -> active();
            case "convolutions" -> convolutions();
            case "pools" -> pools();
            case "two_outputs" -> twoOutputs();
            case "shared" -> shared();
            case "steps" -> steps();
            case "linear_steps" -> linearSteps();
            case "sigmoid_steps" -> sigmoidSteps();
            case "clipped_steps" -> clippedSteps();
            case "positive" -> positive();
            case "nested" -> nested();
            case "nested_row" -> nestedRow();
            default -> MaskedModels.of(name);
        };
    }

    private static Model row(Symbol x, Layer... parts) {
        Symbol s = x;
        for (Layer part : parts) {
            s = part.apply(s);
        }
        return new Model(x, s);
    }

    private static Layer dense(int units, String name) {
        return new Dense(units).named(name);
    }

    private static Layer dense(int units, String name, ActivationFunction activation) {
        return new Dense(units, activation).named(name);
    }

    private static Layer unbiased(int units, String name) {
        return new Dense(units).useBias(false).named(name);
    }

    private static BatchNormalization bn(String name) {
        return new BatchNormalization().momentum(.9).named(name);
    }

    private static Layer relu(String name) {
        return new ReLU().named(name);
    }

    private static Layer tanhHidden() {
        return dense(6, "hidden", ActivationFunction.TANH);
    }

    private static Model logits() {
        return row(Input.of(5), unbiased(6, "hidden"), bn("bn"), relu("relu"), dense(3, "head"));
    }

    private static Model softmax() {
        return row(
                Input.of(5),
                dense(6, "hidden", ActivationFunction.RELU),
                dense(3, "head", ActivationFunction.SOFTMAX));
    }

    private static Model softmaxLayer() {
        return row(Input.of(5), tanhHidden(), dense(3, "scores"), new Softmax().named("head"));
    }

    private static Model softmaxMixed() {
        return row(
                Input.of(5),
                tanhHidden(),
                dense(3, "scores", ActivationFunction.SOFTMAX),
                new Rescaling(.9, .04).named("head"));
    }

    private static Model softmaxClipped() {
        return row(
                Input.of(5),
                tanhHidden(),
                dense(3, "scores", ActivationFunction.SOFTMAX),
                new Rescaling(1.2, -.1).named("head"));
    }

    private static Model logit() {
        return row(Input.of(5), tanhHidden(), dense(1, "head"));
    }

    private static Model sigmoid() {
        return row(Input.of(5), tanhHidden(), dense(1, "head", ActivationFunction.SIGMOID));
    }

    private static Model sigmoidMixed() {
        return row(
                Input.of(5),
                tanhHidden(),
                dense(1, "score", ActivationFunction.SIGMOID),
                new Rescaling(.9, .05).named("head"));
    }

    private static Model sigmoidClipped() {
        return row(
                Input.of(5),
                tanhHidden(),
                dense(1, "score", ActivationFunction.SIGMOID),
                new Rescaling(1.2, -.1).named("head"));
    }

    private static Model labels() {
        return row(Input.of(5), tanhHidden(), dense(3, "head", ActivationFunction.SIGMOID));
    }

    private static Model regression() {
        return row(Input.of(5), tanhHidden(), dense(2, "head"));
    }

    private static Model regularized() {
        return row(
                Input.of(5),
                new Dense(6, ActivationFunction.RELU)
                        .kernelRegularizer(Regularizer.l1(.01))
                        .biasRegularizer(Regularizer.l2(.05))
                        .named("hidden"),
                bn("bn").betaRegularizer(Regularizer.l1(.02)).gammaRegularizer(Regularizer.l2(.03)),
                new Dense(3).kernelRegularizer(new Regularizer(.005, .02)).named("head"));
    }

    private static Model constrained() {
        return row(
                Input.of(5),
                new Dense(6, ActivationFunction.RELU)
                        .kernelConstraint(new Constraint.MaxNorm(.9, 0))
                        .biasConstraint(new Constraint.NonNeg())
                        .named("hidden"),
                bn("bn").betaConstraint(new Constraint.MinMaxNorm(.5, .8, 1, 0))
                        .gammaConstraint(new Constraint.MaxNorm(2, 0)),
                new Dense(4, ActivationFunction.RELU)
                        .kernelConstraint(new Constraint.UnitNorm(0))
                        .named("unit"),
                new Dense(3)
                        .kernelConstraint(new Constraint.MinMaxNorm(.4, .9, .3, 1))
                        .named("head"));
    }

    private static Model constrainedImages() {
        Axis filter = Axis.of(0, 1, 2);
        return row(
                Input.of(5, 5, 2),
                new Conv2D(3, 3)
                        .activation(ActivationFunction.RELU)
                        .kernelConstraint(new Constraint.MaxNorm(1.1, filter))
                        .biasConstraint(new Constraint.NonNeg())
                        .named("conv"),
                new DepthwiseConv2D(2)
                        .depthwiseConstraint(new Constraint.UnitNorm(Axis.of(0, 1)))
                        .named("depthwise"),
                new SeparableConv2D(4, 2)
                        .depthwiseConstraint(new Constraint.NonNeg())
                        .pointwiseConstraint(new Constraint.MinMaxNorm(.2, .6, .9, filter))
                        .named("separable"),
                new GlobalAveragePooling2D().named("pool"),
                dense(3, "head"));
    }

    private static Model active() {
        return row(
                Input.of(5),
                new Dense(6, ActivationFunction.TANH)
                        .activityRegularizer(Regularizer.l2(.05))
                        .named("hidden"),
                new ActivityRegularization(.02, .01).named("activity"),
                new Dense(4, ActivationFunction.RELU)
                        .activityRegularizer(Regularizer.l1(.03))
                        .named("second"),
                new Dense(3).activityRegularizer(new Regularizer(.01, .02)).named("head"));
    }

    private static Model convolutions() {
        Symbol x = Input.of(6, 6, 2);
        Symbol s = new Conv2D(4, 3).padding(Padding.SAME).useBias(false).named("conv").apply(x);
        Symbol skip = relu("relu").apply(bn("bn").apply(s));
        s =
                new DepthwiseConv2D(3)
                        .padding(Padding.SAME)
                        .useBias(false)
                        .named("depthwise")
                        .apply(skip);
        s = new ReLU().maxValue(6).named("relu6").apply(bn("depthwise_bn").apply(s));
        s = new Add().named("add").apply(List.of(s, skip));
        s =
                new SeparableConv2D(5, 2)
                        .strides(2)
                        .activation(ActivationFunction.RELU)
                        .named("separable")
                        .apply(s);
        s = new GlobalAveragePooling2D().named("pool").apply(s);
        return new Model(x, dense(3, "head", ActivationFunction.SOFTMAX).apply(s));
    }

    private static Model pools() {
        return row(
                Input.of(6, 7, 2),
                new ZeroPadding2D(0, 1, 1, 0).named("pad"),
                new Conv2D(3, 3).strides(2).activation(ActivationFunction.RELU).named("conv"),
                new MaxPooling2D(3).strides(1).padding(Padding.SAME).named("max"),
                new AveragePooling2D(2).strides(1).named("average"),
                new Flatten().named("flatten"),
                new LayerNormalization().named("norm"),
                dense(3, "head"));
    }

    private static Model twoOutputs() {
        Symbol a = Input.named("a", 3);
        Symbol b = Input.named("b", 2);
        Symbol left = dense(4, "left", ActivationFunction.TANH).apply(a);
        Symbol right = dense(3, "right", ActivationFunction.TANH).apply(b);
        Symbol both = new Concatenate(-1).named("both").apply(List.of(left, right));
        Symbol common = dense(5, "common", ActivationFunction.RELU).apply(both);
        Symbol label = dense(3, "label").apply(common);
        Symbol value = dense(1, "value").apply(common);
        return new Model(List.of(a, b), List.of(label, value));
    }

    private static Model shared() {
        Symbol a = Input.named("a", 4);
        Symbol b = Input.named("b", 4);
        Layer tower = unbiased(5, "tower");
        Layer norm = bn("bn");
        Symbol left = norm.apply(tower.apply(a));
        Symbol right = norm.apply(tower.apply(b));
        Symbol difference = new Subtract().named("difference").apply(List.of(left, right));
        return new Model(List.of(a, b), List.of(dense(1, "head").apply(difference)));
    }

    private static Model steps() {
        return row(
                Input.of(4, 3),
                dense(5, "hidden", ActivationFunction.TANH),
                dense(3, "head", ActivationFunction.SOFTMAX));
    }

    private static Model linearSteps() {
        return row(Input.of(4, 3), dense(5, "hidden", ActivationFunction.TANH), dense(3, "head"));
    }

    private static Model sigmoidSteps() {
        return row(
                Input.of(4, 3),
                dense(5, "hidden", ActivationFunction.TANH),
                dense(3, "head", ActivationFunction.SIGMOID));
    }

    private static Model clippedSteps() {
        return row(
                Input.of(4, 3),
                dense(5, "hidden", ActivationFunction.TANH),
                dense(3, "scores", ActivationFunction.SOFTMAX),
                new Rescaling(1.2, -.05).named("head"));
    }

    private static Model positive() {
        return row(Input.of(5), tanhHidden(), dense(2, "head", ActivationFunction.SOFTPLUS));
    }

    private static Layer[] baseParts() {
        return new Layer[] {
            unbiased(6, "one"),
            bn("bn_one"),
            relu("relu_one"),
            unbiased(5, "two"),
            bn("bn_two"),
            new Activation(ActivationFunction.RELU).named("relu_two")
        };
    }

    private static Model nested() {
        return headed(row(Input.of(5), baseParts()));
    }

    private static Model nestedRow() {
        return headed(new Sequential(Input.of(5), baseParts()));
    }

    private static Model headed(Model base) {
        return row(Input.of(5), base.named("base"), dense(3, "head", ActivationFunction.SOFTMAX));
    }
}
