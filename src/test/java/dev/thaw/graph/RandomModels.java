package dev.thaw.graph;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.layer.regularization.AlphaDropout;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.regularization.GaussianDropout;
import dev.thaw.layer.regularization.GaussianNoise;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.model.Model;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Models of random layers in random graphs, frozen at random, over rows of {@link #WIDTH} numbers.
 * Every weight that gets a gradient gets one that is not 0: nothing saturates, masks have two
 * signs, and no shift stands in front of a normalization that takes it out again.
 */
final class RandomModels {
    static final int WIDTH = 6;

    private final SplittableRandom random;
    private final List<Layer> shared = new ArrayList<>();
    private int made;

    RandomModels(long seed) {
        random = new SplittableRandom(seed);
    }

    Model model() {
        Model model = graph(random.nextInt(4, 12), 2);
        for (Layer layer : model.flatten()) {
            boolean holds = !layer.sublayers().isEmpty();
            if (layer != model && random.nextInt(holds ? 8 : 4) == 0) {
                layer.setTrainable(false);
            }
        }
        if (random.nextInt(40) == 0) {
            model.setTrainableAlone(false);
        }
        fill(model);
        return model;
    }

    /** Weights far from 0, and variances above it. */
    void fill(Model model) {
        for (Weight w : model.weights()) {
            Tensor t = w.variable().value().copy();
            boolean variance = w.spec().name().equals("moving_variance");
            for (int i = 0; t.dtype() == DType.FLOAT32 && i < t.size(); i++) {
                double x = random.nextDouble(.2, .8);
                t.floats()[i] = (float) (variance || random.nextBoolean() ? x : -x);
            }
            w.variable().assign(t);
        }
    }

    Tensor rows(int rows) {
        Tensor t = Tensor.zeros(Shape.of(rows, WIDTH), DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) random.nextGaussian();
        }
        return t;
    }

    private Model graph(int calls, int nesting) {
        Symbol in = Input.of(WIDTH);
        List<Symbol> there = new ArrayList<>(List.of(in));
        for (int i = 0; i < calls; i++) {
            there.add(call(there, nesting));
        }
        List<Symbol> out = new ArrayList<>(List.of(there.get(there.size() - 1)));
        boolean single = nesting < 2;
        while (!single && random.nextInt(3) == 0) {
            out.add(named(new Dense(WIDTH).useBias(false)).apply(recent(there)));
        }
        return new Model(List.of(in), out);
    }

    private Symbol recent(List<Symbol> there) {
        int back = Math.min(there.size(), 4);
        return there.get(there.size() - 1 - random.nextInt(back));
    }

    private Symbol call(List<Symbol> there, int nesting) {
        Symbol x = recent(there);
        return switch (random.nextInt(12)) {
            case 0, 1 -> apply(once(this::dense), x);
            case 2, 3 -> apply(once(this::normalization), x);
            case 4 -> apply(once(() -> dropping()), x);
            case 5 -> new Add().apply(List.of(x, recent(there)));
            case 6 -> new Multiply().apply(List.of(x, there.get(0)));
            case 7 -> apply(once(this::opaque), x);
            case 8 -> named(Pieces.equal()).apply(List.of(x, recent(there)));
            case 9 -> apply(named(Pieces.lookup()), x);
            case 10 -> nesting == 0 ? timeDistributed(x) : apply(nested(nesting - 1), x);
            default -> apply(once(this::odd), x);
        };
    }

    /** In a baked mode now and then. */
    private Symbol apply(Layer layer, Symbol x) {
        Mode baked =
                switch (random.nextInt(6)) {
                    case 0 -> Mode.TRAINING;
                    case 1 -> Mode.INFERENCE;
                    default -> null;
                };
        return baked == null ? layer.apply(x) : layer.apply(x, baked);
    }

    /** Under a name of its own: layers' automatic names depend on which tests ran before. */
    private <L extends Layer> L named(L layer) {
        layer.named(layer.className() + "_" + made++);
        return layer;
    }

    /** A new layer, or now and then one that is in use already. */
    private Layer once(Supplier<Layer> maker) {
        if (!shared.isEmpty() && random.nextInt(4) == 0) {
            return shared.get(random.nextInt(shared.size()));
        }
        Layer layer = named(maker.get());
        shared.add(layer);
        return layer;
    }

    private Layer nested(int nesting) {
        List<Layer> outside = new ArrayList<>(shared);
        shared.clear();
        Model inner = named(graph(random.nextInt(2, 6), nesting));
        shared.clear();
        shared.addAll(outside);
        return inner;
    }

    private Layer dense() {
        Dense dense = new Dense(WIDTH, ActivationFunction.TANH).useBias(false);
        switch (random.nextInt(4)) {
            case 0 -> dense.kernelRegularizer(Regularizer.l2(.1));
            case 1 -> dense.activityRegularizer(Regularizer.l2(.1));
            case 2 -> dense.kernelConstraint(new Constraint.MaxNorm(.5, 0));
            default -> {}
        }
        return dense;
    }

    private Layer normalization() {
        if (random.nextInt(4) == 0) {
            return new LayerNormalization().center(false);
        }
        return new BatchNormalization().momentum(.5).center(false).scale(random.nextBoolean());
    }

    private Layer dropping() {
        return switch (random.nextInt(4)) {
            case 0 -> new Dropout(.3);
            case 1 -> new AlphaDropout(.3);
            case 2 -> new GaussianDropout(.3);
            default -> new GaussianNoise(.3);
        };
    }

    private Layer opaque() {
        return switch (random.nextInt(4)) {
            case 0 -> Pieces.stop();
            case 1 -> Pieces.winner();
            case 2 -> Pieces.sign();
            default -> Pieces.floor();
        };
    }

    private Layer odd() {
        return switch (random.nextInt(4)) {
            case 0 -> Pieces.noisy();
            case 1 -> Pieces.withLoss();
            case 2 -> Pieces.idle(null);
            default -> Pieces.idle(Regularizer.l2(.1));
        };
    }

    private Symbol timeDistributed(Symbol x) {
        Symbol steps = new Reshape(2, WIDTH / 2).apply(x);
        Layer inner =
                random.nextBoolean()
                        ? new Dense(WIDTH / 2).useBias(false)
                        : new BatchNormalization().momentum(.5).center(false);
        return new Reshape(WIDTH).apply(apply(named(new TimeDistributed(named(inner))), steps));
    }
}
