package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.data.Dataset;
import dev.thaw.layer.CallOptions;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.Masking;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.merging.Maximum;
import dev.thaw.layer.operator.Operators;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** Where masks come from, where they go and where they end. */
final class MasksTest {
    private static final Tensor X =
            Tensor.of(new float[] {1, 2, 0, 0, 3, 0, 0, 0, -1, 4, 0, 0}, Shape.of(2, 3, 2));
    private static final float[] VALID = {1, 0, 1, 0, 1, 0};
    private static final float[] ALL = {1, 1, 1, 1, 1, 1};

    /** Shows the mask that arrives, one number per position; ones where none does. */
    private static final class ShowMask extends Layer {
        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return List.of(inputs.get(0).sub(0, inputs.get(0).rank() - 1));
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            Value x = inputs.get(0);
            if (l.mask(x) != null) {
                return List.of(l.mask(x));
            }
            Value ones = l.temp("ones", outputShapes(List.of(x.shape())).get(0));
            l.emit(new dev.thaw.op.Fill(ones, 1));
            return List.of(ones);
        }
    }

    private static float[] run(Symbol in, Symbol out, Mode mode) {
        try (Model model = new Model(in, out);
                Model running = model.on(new ReferenceBackend())) {
            return running.call(List.of(X), mode).get(0).floats();
        }
    }

    private static float[] maskBehind(Layer... layers) {
        Symbol in = Input.of(3, 2);
        Symbol s = new Masking().apply(in);
        for (Layer l : layers) {
            s = l.apply(s);
        }
        return run(in, new ShowMask().apply(s), Mode.INFERENCE);
    }

    @Test
    void aMaskSaysWhereEveryFeatureHasTheValue() {
        assertThat(maskBehind()).containsExactly(VALID);
        Symbol in = Input.of(3, 2);
        Symbol masked = new Masking(3).apply(in);
        assertThat(run(in, masked, Mode.INFERENCE)).containsExactly(X.floats());
        assertThat(run(in, new ShowMask().apply(masked), Mode.INFERENCE)).containsExactly(ALL);
    }

    @Test
    void whatIsMaskedBecomesZero() {
        Symbol in = Input.of(2, 3);
        Symbol masked = new Masking(0.1).apply(in);
        Tensor x = Tensor.of(new float[] {.1f, .1f, .1f, .1f, .1f, 5}, Shape.of(1, 2, 3));
        try (Model model = new Model(in, masked);
                Model running = model.on(new ReferenceBackend())) {
            assertThat(
                            running.predict(
                                            Dataset.of(List.of(x)),
                                            PredictOptions.batchSize(1).withMode(Mode.INFERENCE))
                                    .get(0)
                                    .floats())
                    .containsExactly(0, 0, 0, .1f, .1f, 5);
        }
    }

    @Test
    void layersThatSupportMasksPassThemOn() {
        assertThat(maskBehind(new Dense(4), new Dropout(.5))).containsExactly(VALID);
    }

    @Test
    void layersThatDoNotSupportMasksEndThem() {
        assertThat(maskBehind(new Reshape(3, 2))).containsExactly(ALL);
    }

    /** The reshape above hands out its very input, whose mask its siblings still see. */
    @Test
    void aMaskEndsForOnePathAlone() {
        Symbol in = Input.of(3, 2);
        Symbol masked = new Masking().apply(in);
        Symbol ended = new ShowMask().apply(new Reshape(3, 2).apply(masked));
        Symbol kept = new ShowMask().apply(masked);
        try (Model model = new Model(List.of(in), List.of(ended, kept));
                Model running = model.on(new ReferenceBackend())) {
            List<Tensor> masks =
                    running.predict(
                            Dataset.of(List.of(X)),
                            PredictOptions.batchSize(2).withMode(Mode.INFERENCE));
            assertThat(masks.get(0).floats()).containsExactly(ALL);
            assertThat(masks.get(1).floats()).containsExactly(VALID);
        }
    }

    @Test
    void masksPassIntoNetworksAndOut() {
        Symbol inner = Input.of(3, 2);
        Model pass = new Model(inner, new Dense(2).apply(inner));
        assertThat(maskBehind(pass)).containsExactly(VALID);
        Symbol other = Input.of(3, 2);
        Model make = new Model(other, new Dense(3).apply(new Masking(7).apply(other)));
        assertThat(maskBehind(make)).containsExactly(ALL);
        Symbol last = Input.of(3, 2);
        Model end = new Model(last, new Reshape(3, 2).apply(new Flatten().apply(last)));
        assertThat(maskBehind(end)).containsExactly(ALL);
    }

    @Test
    void sumsAreValidWhereAnyInputIsAndNotMaskedWhereOneHasNoMask() {
        Symbol in = Input.of(3, 2);
        Symbol zero = new Masking().apply(in);
        Symbol negative = new Masking(-1).apply(new Dense(2).apply(in));
        assertThat(
                        run(
                                in,
                                new ShowMask().apply(new Add().apply(List.of(zero, zero))),
                                Mode.INFERENCE))
                .containsExactly(VALID);
        assertThat(
                        run(
                                in,
                                new ShowMask().apply(new Add().apply(List.of(zero, negative))),
                                Mode.INFERENCE))
                .containsExactly(ALL);
        assertThat(
                        run(
                                in,
                                new ShowMask().apply(new Maximum().apply(List.of(zero, in))),
                                Mode.INFERENCE))
                .containsExactly(ALL);
    }

    @Test
    void joinedAlongTimeMasksAreJoinedToo() {
        Symbol in = Input.of(3, 2);
        Symbol zero = new Masking().apply(in);
        Symbol joined = new Concatenate(1).apply(List.of(zero, in));
        assertThat(run(in, new ShowMask().apply(joined), Mode.INFERENCE))
                .containsExactly(1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1);
    }

    @Test
    void aSoftmaxLayerRefusesAMaskItCannotUse() {
        assertThatThrownBy(() -> maskBehind(new Softmax().named("p")))
                .hasMessageContaining("p: takes a mask whose extents are those of its input, or 1")
                .hasMessageContaining("an Activation passes masks on");
    }

    @Test
    void aMaskGivenByHandHoldsForThatCallAlone() {
        Symbol in = Input.of(3, 2);
        Symbol masked = new Masking().apply(in);
        Symbol reversed = Operators.subtract(1, Operators.sum(Operators.absolute(in), false, 2));
        CallOptions byHand = CallOptions.masks(reversed);
        float[] given = {-2, 1, -2, 1, -4, 1}; // numbers pass as they are
        assertThat(run(in, new ShowMask().apply(masked, byHand), Mode.INFERENCE))
                .containsExactly(given);
        Symbol both =
                new Concatenate(1)
                        .apply(new ShowMask().apply(in, byHand), new ShowMask().apply(in));
        assertThat(run(in, both, Mode.INFERENCE))
                .containsExactly(-2, 1, -2, 1, 1, 1, 1, -4, 1, 1, 1, 1);
    }

    @Test
    void aMaskGivenByHandMayBeAnInputOfItsOwn() {
        Symbol in = Input.of(3, 2);
        Symbol mask = Input.of(Shape.of(3), DType.INT32);
        Symbol inner = new Dense(2).apply(in);
        Symbol shown = new ShowMask().apply(inner, CallOptions.masks(mask));
        Tensor counts = Tensor.of(new int[] {1, 0, 0, 0, 1, 1}, 2, 3);
        for (Symbol from : List.of(in, inner)) { // cut in the middle, too
            try (Model model =
                    new Model(List.of(from, mask), List.of(shown)).on(new ReferenceBackend())) {
                assertThat(model.call(List.of(X, counts)).get(0).floats())
                        .containsExactly(1, 0, 0, 0, 1, 1);
            }
        }
        assertThatThrownBy(() -> new Model(in, shown))
                .hasMessageContaining("the graph is not connected");
    }

    @Test
    void thereIsAMaskForEachInputOrNone() {
        Symbol in = Input.of(3, 2);
        assertThatThrownBy(
                        () ->
                                new Add()
                                        .named("sum")
                                        .applyAll(List.of(in, in), CallOptions.masks(in)))
                .hasMessageContaining("sum: a call has a mask for each of its 2 inputs, or none");
    }

    @Test
    void aMaskValueIsANumber() {
        assertThatThrownBy(() -> new Masking(Double.NaN))
                .hasMessageContaining("mask_value must be finite, got NaN");
        assertThat(new Masking(2).named("m").config())
                .containsAllEntriesOf(Map.of("name", "m", "mask_value", 2.0));
    }
}
