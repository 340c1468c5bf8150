package dev.thaw.layer.activation;

import dev.thaw.config.Registry;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An activation under Keras's name. {@link #of(String)} finds one by that name, {@link #of(String,
 * Body)} makes one of your own.
 */
public final class ActivationFunction {
    /** Writes the function's ops and returns their result. */
    @FunctionalInterface
    public interface Body {
        /** The result for x, of its shape. */
        Value emit(Formula f, Value x);
    }

    private static final Map<String, ActivationFunction> BY_NAME = new TreeMap<>();

    /** y = x. */
    public static final ActivationFunction LINEAR = add("linear", (f, x) -> x);

    /** max(x, 0). */
    public static final ActivationFunction RELU = add("relu", Fn.of(Fn.Function.RELU));

    /** min(max(x, 0), 6). */
    public static final ActivationFunction RELU6 = add("relu6", Fn.of(Fn.Function.RELU6));

    /** x where positive, else 0.2 x; the layer {@code LeakyReLU} has 0.3. */
    public static final ActivationFunction LEAKY_RELU =
            add("leaky_relu", new Fn(Fn.Function.LEAKY_RELU, .2, 0));

    /** x where positive, else e^x - 1. */
    public static final ActivationFunction ELU = add("elu", new Fn(Fn.Function.ELU, 1, 0));

    /** x where positive, else a (e^(x / a) - 1) with a = 1: the same as {@link #ELU}. */
    public static final ActivationFunction CELU = add("celu", (f, x) -> Activations.celu(f, x, 1));

    /** The self-normalizing ELU of Klambauer et al. (2017). */
    public static final ActivationFunction SELU =
            add("selu", new Fn(Fn.Function.SELU, 1.6732632423543772, 1.0507009873554805));

    /** 1 / (1 + e^-x). */
    public static final ActivationFunction SIGMOID = add("sigmoid", Fn.of(Fn.Function.SIGMOID));

    /** tanh x. */
    public static final ActivationFunction TANH = add("tanh", Fn.of(Fn.Function.TANH));

    /** e^x_i / sum_k e^x_k over the last axis. */
    public static final ActivationFunction SOFTMAX = add("softmax", ActivationFunction::softmax);

    /** x_i - ln sum_k e^x_k over the last axis. */
    public static final ActivationFunction LOG_SOFTMAX =
            add("log_softmax", (f, x) -> Activations.logSoftmax(f, x, x.shape().rank() - 1));

    /** Keras's sparsemax over the last axis: max(x - t, 0) for a threshold t of each row. */
    public static final ActivationFunction SPARSEMAX = add("sparsemax", Activations::sparsemax);

    /** ln(1 + e^x). */
    public static final ActivationFunction SOFTPLUS = add("softplus", Fn.of(Fn.Function.SOFTPLUS));

    /** x / (1 + |x|). */
    public static final ActivationFunction SOFTSIGN = add("softsign", Fn.of(Fn.Function.SOFTSIGN));

    /** (x + sqrt(x^2 + 4)) / 2. */
    public static final ActivationFunction SQUAREPLUS =
            add("squareplus", (f, x) -> Activations.squareplus(f, x, 4));

    /** x / (1 + e^-x), also called swish. */
    public static final ActivationFunction SILU = add("silu", Fn.of(Fn.Function.SILU));

    /** x (1 + erf(x / sqrt 2)) / 2. */
    public static final ActivationFunction GELU = add("gelu", Fn.of(Fn.Function.GELU));

    /** x tanh(ln(1 + e^x)). */
    public static final ActivationFunction MISH = add("mish", Activations::mish);

    /** a / (1 + e^-b) of the halves a and b of the last axis, which becomes half as long. */
    public static final ActivationFunction GLU =
            add("glu", (f, x) -> Activations.glu(f, x, x.shape().rank() - 1));

    /** min(max(x + 3, 0), 6) / 6. */
    public static final ActivationFunction HARD_SIGMOID =
            add("hard_sigmoid", Fn.of(Fn.Function.HARD_SIGMOID));

    /** x min(max(x + 3, 0), 6) / 6, also called hard_swish. */
    public static final ActivationFunction HARD_SILU =
            add("hard_silu", Fn.of(Fn.Function.HARD_SILU));

    /** min(max(x, -1), 1). */
    public static final ActivationFunction HARD_TANH =
            add("hard_tanh", new Fn(Fn.Function.CLIP, -1, 1));

    /** x where |x| &gt; 0.5, else 0. */
    public static final ActivationFunction HARD_SHRINK =
            add("hard_shrink", (f, x) -> Activations.hardShrink(f, x, .5));

    /** x moved by 0.5 towards 0, and 0 where |x| is at most that. */
    public static final ActivationFunction SOFT_SHRINK =
            add("soft_shrink", (f, x) -> Activations.softShrink(f, x, .5));

    /** x - tanh x. */
    public static final ActivationFunction TANH_SHRINK =
            add("tanh_shrink", Activations::tanhShrink);

    /** 0 up to -1, (x + 1)^2 / 4 up to 1, and x from there on. */
    public static final ActivationFunction SPARSE_PLUS =
            add("sparse_plus", Activations::sparsePlus);

    /** 0 up to -1, (x + 1) / 2 up to 1, and 1 from there on. */
    public static final ActivationFunction SPARSE_SIGMOID =
            add("sparse_sigmoid", Activations::sparseSigmoid);

    /** -ln(1 + e^-x). */
    public static final ActivationFunction LOG_SIGMOID =
            add("log_sigmoid", Activations::logSigmoid);

    /** e^x. */
    public static final ActivationFunction EXPONENTIAL = add("exponential", Fn.of(Fn.Function.EXP));

    static {
        BY_NAME.put("swish", SILU);
        BY_NAME.put("hard_swish", HARD_SILU);
    }

    private final String name;
    private final Body body;
    private final Layer layer;

    private ActivationFunction(String name, Body body, Layer layer) {
        this.name = name;
        this.body = body;
        this.layer = layer;
    }

    private static ActivationFunction add(String name, Fn fn) {
        return add(name, (f, x) -> f.apply(fn, x));
    }

    private static ActivationFunction add(String name, Body body) {
        ActivationFunction made = new ActivationFunction(name, body, null);
        BY_NAME.put(name, made);
        return made;
    }

    private static Value softmax(Formula f, Value x) {
        Value y = f.program().temp("softmax", x.shape());
        f.program().emit(new dev.thaw.op.Softmax(x, y));
        return y;
    }

    /**
     * An activation of your own, under the name that files hold; reading those takes a {@link
     * Registry} that knows it.
     */
    public static ActivationFunction of(String name, Body body) {
        return new ActivationFunction(
                Objects.requireNonNull(name, "name"), Objects.requireNonNull(body, "body"), null);
    }

    /** What a layer without weights does: {@code Dense(3, activation=LeakyReLU())} in Keras. */
    public static <L extends Layer & Body> ActivationFunction of(L layer) {
        return new ActivationFunction(layer.className(), layer, layer);
    }

    /** Keras's activations, and its layers that may stand for one. */
    public static Registry known() {
        Registry all = Registry.EMPTY;
        for (Map.Entry<String, ActivationFunction> e : BY_NAME.entrySet()) {
            all = all.withMaker(ActivationFunction.class, e.getKey(), reader -> e.getValue());
        }
        all = orLayer(all, RELU, ReLU::new);
        all = orLayer(all, LEAKY_RELU, LeakyReLU::new);
        all = orLayer(all, ELU, ELU::new);
        all = orLayer(all, SOFTMAX, Softmax::new);
        return all.withMaker(
                        ActivationFunction.class,
                        "Activation",
                        reader -> ((Activation) reader.configure(new Activation())).function())
                .withMaker(
                        ActivationFunction.class,
                        "PReLU",
                        reader -> {
                            throw new IllegalArgumentException(
                                    "a layer with weights must not be another's activation here, got PReLU; put it behind that layer");
                        });
    }

    /** The function where its name stands alone; the layer of that name where it has options. */
    private static <L extends Layer & Body> Registry orLayer(
            Registry all, ActivationFunction function, Supplier<L> layer) {
        return all.withMaker(
                ActivationFunction.class,
                function.name,
                reader -> {
                    if (reader.isEmpty()) {
                        return function;
                    }
                    L made = layer.get();
                    reader.configure(made);
                    return of(made);
                });
    }

    /**
     * The activation of this name of Keras's, or of its aliases {@code swish} and {@code
     * hard_swish}.
     */
    public static ActivationFunction of(String name) {
        Objects.requireNonNull(name, "name");
        ActivationFunction found = BY_NAME.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no activation '%s'; known are %s%s"
                            .formatted(
                                    name,
                                    String.join(", ", names()),
                                    name.equals("threshold")
                                            ? " (threshold takes two numbers, which a name cannot give)"
                                            : ""));
        }
        return found;
    }

    /** The names that {@link #of} takes, in alphabetical order. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(BY_NAME.keySet());
    }

    /** The layer that does this, if it is one's activation. */
    public Optional<Layer> layer() {
        return Optional.ofNullable(layer);
    }

    /** Keras's name: what its files hold. */
    public String name() {
        return name;
    }

    /** The shape of the result: the argument's, but for {@link #GLU}. */
    public Shape outputShape(Layer asking, Shape input) {
        return this == GLU ? Activations.halved(asking, input, -1) : input;
    }

    /**
     * Emits the function and returns its result, of the same shape; {@code linear} emits nothing.
     */
    public Value lower(Lowering l, Value x) {
        if (this == GLU) {
            throw new IllegalArgumentException(
                    "glu halves the last axis, which only an Activation layer allows for; use new Activation(ActivationFunction.GLU) behind a linear layer");
        }
        return lowerToOutputShape(l, x);
    }

    /** Writes the function's ops into a formula of the caller's. */
    public Value emit(Formula f, Value x) {
        return body.emit(f, x);
    }

    /** As {@link #lower}, where the caller takes the result's shape from {@link #outputShape}. */
    public Value lowerToOutputShape(Lowering l, Value x) {
        return body.emit(l.formula(), x);
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
