"""How real Keras trains small models, written to src/test/resources/dev/thaw/golden/training/.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/training_fixtures.py
With names of cases, or beginnings of names ending in *, as arguments only those and new ones are made.

Each case trains one model in one or more phases. The file has one fact per line:

    case NAME               begins a case
    model NAME              a function of training_models.py, a method of TrainingModels
    x SHAPE : FLOATS        one line per input; y alike per output; x_classes, y_classes for whole
                            numbers
    sample_weight SHAPE : . one line for all outputs, or one per output
    val_x, val_y, val_y_classes, val_sample_weight   the same for validation_data
    weight LAYER/NAME SHAPE : FLOATS      before, in Keras's order
    phase                   begins a phase; what follows holds for it
    trainable PATH BOOL     done before compile, in this order; "." is the model itself
    optimizer CLASS K=V ..  a new one; "same" keeps the one of the phase before; a schedule stands
                            as CLASS(K:V,K:V), a list as [V;V]; exclude=A;B are the names of
                            exclude_from_weight_decay
    loss CLASS K=V ..       one line per output
    loss_weight FLOAT       one line per output, or none
    metrics NAME ..         one line per output, or none
    weighted_metrics NAME ..  the same
    fit K=V ..              the arguments of fit that are not the default; shuffle is False
    class_weight CLASS=W .. an argument of fit
    history NAME FLOATS     one number per epoch
    after LAYER/NAME SHAPE : ..   a weight that the phase has changed
    predict SHAPE : ..      afterwards; one line per output
    end                     ends the case

Weights and data are short decimals and depend on the case's name alone, so that a new case leaves
the others as they are. A Dense or convolution before BatchNormalization has no bias: its gradient
is zero but for rounding errors, which Adam blows up to steps of full size. A loss per output is
left out where batches differ in size: there Keras's own backends disagree.
"""

import os
import pathlib
import sys
import zlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from training_models import (  # noqa: E402
    active, clipped_steps, constrained, constrained_images, convolutions, embedded, labels, linear_steps, logit, logits,
    masked_outputs, masked_pool, masked_steps, nested, nested_row, normalized, per_step, pools, positive,
    regression, regularized, shared, sigmoid, sigmoid_clipped, sigmoid_mixed, sigmoid_steps, softmax,
    softmax_clipped, softmax_layer, softmax_mixed, steps, two_outputs,
)

OUT = pathlib.Path(__file__).parents[1] / "resources/dev/thaw/golden/training/training.txt"
ONLY = sys.argv[1:]
KEPT = {}  # the lines of each case that is there, where only some are made anew
ROWS, BATCH = 11, 4  # two full batches and a partial one


def decimals(rng, shape, low, high):
    return np.round(rng.uniform(low, high, shape), 2).astype("float32")


def numbers(values):
    return " ".join(str(v).removesuffix(".0") for v in values)


def tensor(a):
    a = np.asarray(a)
    a = a if a.dtype == np.int32 else a.astype("float32")
    assert np.isfinite(a).all()
    return f"{','.join(str(n) for n in a.shape)} : {numbers(a.ravel())}"


def initial(rng, variable, scale):
    name = variable.name
    if variable.dtype != "float32":
        return np.zeros(variable.shape, variable.dtype)
    if name in ("gamma", "scale", "variance", "moving_variance", "moving_stddev", "renorm_stddev"):
        return decimals(rng, variable.shape, 0.5, 1.5)
    return decimals(rng, variable.shape, -scale, scale)


def inputs(rng, model, rows, masked):
    xs = [rng.integers(1, 6, (rows, *x.shape[1:])).astype("int32") if x.dtype == "int32"
          else decimals(rng, (rows, *x.shape[1:]), -2, 2) for x in model.inputs]
    if masked:
        for x in xs:
            gaps = rng.random(x.shape[:2]) < 0.4
            gaps[:, 0] = False  # a mean of nothing is no number
            x[gaps] = 0
    return xs


def target(rng, kind, shape):
    """classes: numbers; onehot and mixture: distributions; bits: 0 or 1; zeros; real: any."""
    if kind == "classes":
        return rng.integers(0, shape[-1], shape[:-1]).astype("int32")
    if kind == "onehot":
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])]
    if kind == "mixture":
        p = rng.integers(1, 9, shape)
        p[..., -1] = 30 - p[..., :-1].sum(-1)
        return (p / np.float32(30)).astype("float32")
    if kind == "zeros":
        return np.zeros(shape, "float32")
    if kind == "signs":
        return (2 * rng.integers(0, 2, shape) - 1).astype("float32")
    if kind == "positive":
        return decimals(rng, shape, 0.1, 3)
    if kind.startswith("ignored"):  # a third of the classes is the number behind
        classes = rng.integers(0, shape[-1], shape[:-1])
        return np.where(rng.integers(0, 3, shape[:-1]) == 0, int(kind[7:]),
                        classes).astype("int32")
    if kind == "columns":  # distributions along axis 1
        return np.swapaxes(target(rng, "mixture", (shape[0], *shape[:0:-1])), 1, 2).copy()
    if kind == "bits":
        return rng.integers(0, 2, shape).astype("float32")
    return decimals(rng, shape, -2, 2)


def text(value):
    if isinstance(value, tuple):
        inner = ",".join(f"{k}:{text(v)}" for k, v in value[1].items())
        return f"{value[0]}({inner})"
    return f"[{';'.join(map(str, value))}]" if isinstance(value, list) else str(value)


def words(settings):
    return "".join(f" {k}={text(v)}" for k, v in settings.items())


def made(cls, settings):
    """An optimizer; a tuple among its settings is a schedule."""
    given = {k: getattr(keras.optimizers.schedules, v[0])(**v[1]) if isinstance(v, tuple) else v
             for k, v in settings.items() if k != "exclude"}
    optimizer = getattr(keras.optimizers, cls)(**given)
    if "exclude" in settings:
        optimizer.exclude_from_weight_decay(var_names=settings["exclude"])
    return optimizer


def name_of(variable):
    return "/".join(variable.path.split("/")[-2:])


def put_data(out, prefix, xs, ys, weights):
    out.extend(f"{prefix}x{'_classes' if x.dtype == np.int32 else ''} {tensor(x)}" for x in xs)
    out.extend(f"{prefix}y{'_classes' if y.dtype == np.int32 else ''} {tensor(y)}" for y in ys)
    for w in weights if isinstance(weights, list) else [] if weights is None else [weights]:
        out.append(f"{prefix}sample_weight {tensor(w)}")


def one(values):
    return values[0] if len(values) == 1 else values


def find(model, path):
    for name in path.split("/") if path != "." else []:
        model = model.get_layer(name)
    return model


def phase(optimizer, loss, metrics=None, trainable=(), loss_weights=None, class_weight=None,
          weighted_metrics=None, **fit):
    """optimizer: (class, settings) or "same"; loss: (class, settings), a list for two outputs."""
    return dict(optimizer=optimizer, loss=loss if isinstance(loss, list) else [loss],
                metrics=metrics, trainable=trainable, loss_weights=loss_weights,
                class_weight=class_weight, weighted_metrics=weighted_metrics, fit={"epochs": 3, "batch_size": BATCH, **fit})


def configure(out, model, p, optimizer):
    out.append("phase")
    for path, value in p["trainable"]:
        find(model, path).trainable = value
        out.append(f"trainable {path} {value}")
    if p["optimizer"] == "same":
        out.append("optimizer same")
    else:
        cls, settings = p["optimizer"]
        optimizer = made(cls, settings)
        out.append(f"optimizer {cls}{words(settings)}")
    losses = [getattr(keras.losses, cls)(**settings) for cls, settings in p["loss"]]
    out.extend(f"loss {cls}{words(settings)}" for cls, settings in p["loss"])
    out.extend(f"loss_weight {w}" for w in p["loss_weights"] or [])
    out.extend("metrics " + " ".join(names) for names in p["metrics"] or [])
    out.extend("weighted_metrics " + " ".join(names) for names in p["weighted_metrics"] or [])
    model.compile(optimizer, loss=one(losses), loss_weights=p["loss_weights"],
                  metrics=p["metrics"] and one(p["metrics"]), jit_compile=False,
                  weighted_metrics=p["weighted_metrics"] and one(p["weighted_metrics"]))
    return optimizer


def play(out, model, p, xs, ys, weights, validation):
    out.append("fit" + words(p["fit"]))
    if p["class_weight"]:
        out.append("class_weight" + words(p["class_weight"]))
    before = [w.numpy() for w in model.weights]
    history = model.fit(one(xs), one(ys), shuffle=False, verbose=0, sample_weight=weights,
                        class_weight=p["class_weight"], validation_data=validation,
                        **p["fit"]).history
    size = p["fit"]["batch_size"]
    even = int(len(xs[0]) * (1 - p["fit"].get("validation_split", 0))) % size == 0
    for name, values in sorted(history.items()):
        part = len(ys) > 1 and name.endswith("_loss") and name != "val_loss"
        if even or not part:
            out.append(f"history {name} {numbers(np.float32(v) for v in values)}")
    for w, old in zip(model.weights, before):
        if not np.array_equal(w.numpy(), old):
            out.append(f"after {name_of(w)} {tensor(w.numpy())}")
    predicted = model.predict(one(xs), verbose=0)
    out.extend("predict " + tensor(p) for p in (predicted if len(ys) > 1 else [predicted]))


def case(out, name, build, kinds, *phases, rows=ROWS, weighted=False, validation=None,
         scale=0.8, masked=False):
    """kinds: of the targets; weighted: False, True (rows), "entries" or "outputs"; validation: rows
    of validation_data; scale: of the first weights."""
    old = KEPT.get(name)
    if old and not any(name == a or a.endswith("*") and name.startswith(a[:-1]) for a in ONLY):
        out.extend(old)
        return
    keras.backend.clear_session()
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    model = build()
    start = [initial(rng, w, scale) for w in model.weights]
    model.set_weights(start)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # as it does when a file is loaded
    shapes = [y.shape[1:] for y in model.outputs]
    sets = []
    for prefix, n in (("", rows), ("val_", validation)):
        if n:
            xs = inputs(rng, model, n, masked)
            ys = [target(rng, k, (n, *s)) for k, s in zip(kinds.split(), shapes)]
            # one column per axis of the loss: Keras does not spread a row's weight over its steps
            per_row = (n, *[1] * (len(shapes[0]) - 1))
            weights = decimals(rng, per_row, 0.1, 2) if weighted is True else None
            if weighted == "entries":
                weights = decimals(rng, (n, *shapes[0][:-1]), 0.1, 2)
            if weighted == "outputs":
                weights = [decimals(rng, (n,), 0.1, 2) for _ in ys]
            sets.append((prefix, xs, ys, weights))
    out.append(f"case {name}\nmodel {build.__name__}")
    for one_set in sets:
        put_data(out, *one_set)
    out.extend(f"weight {name_of(w)} {tensor(v)}" for w, v in zip(model.weights, start))
    held_out = None
    if validation:
        _, vx, vy, vw = sets[1]
        held_out = (one(vx), one(vy)) if vw is None else (one(vx), one(vy), vw)
    optimizer = None
    for p in phases:
        optimizer = configure(out, model, p, optimizer)
        play(out, model, p, *sets[0][1:], held_out)
    out.append("end")


# ---- cases -------------------------------------------------------------------------------------

SGD = ("SGD", dict(learning_rate=0.1))
MOMENTUM = ("SGD", dict(learning_rate=0.05, momentum=0.9))
ADAM = ("Adam", dict(learning_rate=0.01))
SPARSE = ("SparseCategoricalCrossentropy", {})
SPARSE_LOGITS = ("SparseCategoricalCrossentropy", dict(from_logits=True))
CATEGORICAL, BINARY = "CategoricalCrossentropy", "BinaryCrossentropy"
MSE = ("MeanSquaredError", {})
ACCURACY = [["accuracy"]]


def optimizers(out):
    for name, cls, settings in (
        ("sgd", "SGD", dict(learning_rate=0.1)),
        ("sgd_default", "SGD", {}),
        ("sgd_momentum", "SGD", dict(learning_rate=0.05, momentum=0.9)),
        ("sgd_nesterov", "SGD", dict(learning_rate=0.05, momentum=0.9, nesterov=True)),
        ("sgd_decay", "SGD", dict(learning_rate=0.1, weight_decay=0.2)),
        ("sgd_nesterov_decay", "SGD",
         dict(learning_rate=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)),
        ("adam", "Adam", dict(learning_rate=0.01)),
        ("adam_default", "Adam", {}),
        ("adam_betas", "Adam", dict(learning_rate=0.02, beta_1=0.7, beta_2=0.9)),
        ("adam_epsilon", "Adam", dict(learning_rate=0.05, epsilon=0.01)),
        ("adam_decay", "Adam", dict(learning_rate=0.01, weight_decay=0.1)),
        ("adamw", "AdamW", dict(learning_rate=0.01)),
        ("adamw_decay", "AdamW", dict(learning_rate=0.02, weight_decay=0.3)),
        ("rmsprop", "RMSprop", dict(learning_rate=0.01)),
        ("rmsprop_default", "RMSprop", {}),
        ("rmsprop_rho_epsilon", "RMSprop", dict(learning_rate=0.02, rho=0.7, epsilon=0.01)),
        ("rmsprop_centered", "RMSprop", dict(learning_rate=0.01, centered=True, epsilon=0.001)),
        ("rmsprop_momentum", "RMSprop", dict(learning_rate=0.005, momentum=0.9)),
        ("rmsprop_centered_momentum", "RMSprop",
         dict(learning_rate=0.005, momentum=0.8, centered=True, epsilon=0.001)),
        ("rmsprop_decay", "RMSprop", dict(learning_rate=0.01, weight_decay=0.1)),
        ("adam_amsgrad", "Adam", dict(learning_rate=0.02, beta_2=0.7, amsgrad=True)),
        ("adamw_amsgrad", "AdamW", dict(learning_rate=0.02, beta_2=0.8, amsgrad=True)),
        ("nadam", "Nadam", dict(learning_rate=0.01)),
        ("nadam_betas", "Nadam",
         dict(learning_rate=0.02, beta_1=0.7, beta_2=0.9, epsilon=0.001, weight_decay=0.1)),
        ("adagrad", "Adagrad", dict(learning_rate=0.1)),
        ("adagrad_initial", "Adagrad",
         dict(learning_rate=0.1, initial_accumulator_value=0.01, epsilon=0.001, weight_decay=0.1)),
        ("adamax", "Adamax", dict(learning_rate=0.02)),
        ("adamax_betas", "Adamax",
         dict(learning_rate=0.02, beta_1=0.7, beta_2=0.8, epsilon=0.01, weight_decay=0.1)),
        ("adadelta", "Adadelta", dict(learning_rate=1.0)),
        ("adadelta_rho", "Adadelta",
         dict(learning_rate=2.0, rho=0.8, epsilon=0.001, weight_decay=0.02)),
        ("lion", "Lion", dict(learning_rate=0.01)),
        ("lion_betas", "Lion",
         dict(learning_rate=0.02, beta_1=0.7, beta_2=0.8, weight_decay=0.1)),
        ("ftrl", "Ftrl", dict(learning_rate=0.1)),
        ("ftrl_all", "Ftrl",
         dict(learning_rate=0.2, learning_rate_power=-0.4, initial_accumulator_value=0.2,
              l1_regularization_strength=0.02, l2_regularization_strength=0.05,
              l2_shrinkage_regularization_strength=0.03, beta=0.1, weight_decay=0.05)),
    ):
        case(out, name, logits, "classes", phase((cls, settings), SPARSE_LOGITS, ACCURACY))


def options(out):
    """What every optimizer has. A second phase goes on with the same state."""
    for name, cls, settings in (
        ("clipnorm", "SGD", dict(learning_rate=0.3, momentum=0.9, clipnorm=0.2)),
        ("clipnorm_adam", "Adam", dict(learning_rate=0.02, clipnorm=0.1)),
        ("global_clipnorm", "SGD", dict(learning_rate=0.3, momentum=0.9, global_clipnorm=0.3)),
        ("clipvalue", "SGD", dict(learning_rate=0.5, clipvalue=0.05)),
        ("decay_excluded", "AdamW",
         dict(learning_rate=0.02, weight_decay=0.5, exclude=["bias", "gamma"])),
        ("ema", "SGD", dict(learning_rate=0.2, use_ema=True, ema_momentum=0.7)),
        ("ema_overwrite", "Adam",
         dict(learning_rate=0.02, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2)),
        ("accumulation", "SGD",
         dict(learning_rate=0.2, momentum=0.9, gradient_accumulation_steps=2)),
        ("accumulation_adamw", "AdamW",
         dict(learning_rate=0.02, weight_decay=0.2, clipnorm=0.3, gradient_accumulation_steps=3)),
        ("accumulation_nadam", "Nadam", dict(learning_rate=0.02, gradient_accumulation_steps=2)),
        ("accumulation_ema", "SGD",
         dict(learning_rate=0.2, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5,
              ema_overwrite_frequency=3)),
        ("loss_scale", "RMSprop", dict(learning_rate=0.01, loss_scale_factor=64.0)),
    ):
        case(out, name, logits, "classes", phase((cls, settings), SPARSE_LOGITS, ACCURACY),
             phase("same", SPARSE_LOGITS, ACCURACY, epochs=2))


def schedules(out):
    for name, cls, settings in (
        ("exponential", "ExponentialDecay",
         dict(initial_learning_rate=0.3, decay_steps=4, decay_rate=0.5)),
        ("exponential_stairs", "ExponentialDecay",
         dict(initial_learning_rate=0.3, decay_steps=4, decay_rate=0.5, staircase=True)),
        ("piecewise", "PiecewiseConstantDecay",
         dict(boundaries=[2, 6], values=[0.3, 0.1, 0.02])),
        ("polynomial", "PolynomialDecay",
         dict(initial_learning_rate=0.3, decay_steps=6, end_learning_rate=0.01, power=2.0)),
        ("polynomial_cycle", "PolynomialDecay",
         dict(initial_learning_rate=0.3, decay_steps=4, end_learning_rate=0.01, power=0.5,
              cycle=True)),
        ("inverse", "InverseTimeDecay",
         dict(initial_learning_rate=0.3, decay_steps=3, decay_rate=0.7)),
        ("inverse_stairs", "InverseTimeDecay",
         dict(initial_learning_rate=0.3, decay_steps=3, decay_rate=0.7, staircase=True)),
        ("cosine", "CosineDecay",
         dict(initial_learning_rate=0.3, decay_steps=7, alpha=0.1)),
        ("cosine_warmup", "CosineDecay",
         dict(initial_learning_rate=0.01, decay_steps=5, warmup_target=0.3, warmup_steps=3)),
        ("restarts", "CosineDecayRestarts",
         dict(initial_learning_rate=0.3, first_decay_steps=2, t_mul=1.5, m_mul=0.8, alpha=0.05)),
        ("restarts_even", "CosineDecayRestarts",
         dict(initial_learning_rate=0.3, first_decay_steps=3, t_mul=1.0, m_mul=0.5)),
    ):
        case(out, f"schedule_{name}", logits, "classes",
             phase(("SGD", dict(learning_rate=(cls, settings), momentum=0.5)), SPARSE_LOGITS),
             phase("same", SPARSE_LOGITS, epochs=1))
    case(out, "schedule_adamw_accumulation", logits, "classes",
         phase(("AdamW", dict(learning_rate=("InverseTimeDecay", dict(
             initial_learning_rate=0.05, decay_steps=2, decay_rate=0.5)), weight_decay=0.3,
             gradient_accumulation_steps=2)), SPARSE_LOGITS))


def bounds(out):
    for name, optimizer in (("", MOMENTUM), ("_adam", ADAM), ("_ema", ("SGD", dict(
            learning_rate=0.2, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2)))):
        case(out, f"constraints{name}", constrained, "classes",
             phase(optimizer, SPARSE_LOGITS, ACCURACY))
    case(out, "constraints_convolutions", constrained_images, "classes",
         phase(MOMENTUM, SPARSE_LOGITS), rows=6)
    case(out, "activity", active, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, validation_split=0.3))
    case(out, "activity_frozen", active, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [("hidden", False)]))


def cross_entropies(out):
    def trained(name, build, kind, cls, scale=0.8, **settings):
        case(out, name, build, kind, phase(MOMENTUM, (cls, settings), ACCURACY), scale=scale)

    case(out, "sparse_softmax", softmax, "classes", phase(MOMENTUM, SPARSE, ACCURACY))
    case(out, "sparse_softmax_layer", softmax_layer, "classes", phase(MOMENTUM, SPARSE, ACCURACY))
    case(out, "sparse_mixed", softmax_mixed, "classes", phase(MOMENTUM, SPARSE, ACCURACY))
    for kind in ("onehot", "mixture"):
        trained(f"categorical_logits_{kind}", logits, kind, CATEGORICAL, from_logits=True)
        trained(f"categorical_softmax_{kind}", softmax, kind, CATEGORICAL)
        trained(f"categorical_mixed_{kind}", softmax_mixed, kind, CATEGORICAL)
    # beyond what the clipping of probabilities admits
    trained("sparse_clipped", softmax_clipped, "classes", SPARSE[0], scale=1.6)
    trained("categorical_clipped", softmax_clipped, "onehot", CATEGORICAL, scale=1.6)
    trained("categorical_clipped_mixture", softmax_clipped, "mixture", CATEGORICAL, scale=1.6)
    trained("binary_clipped", sigmoid_clipped, "bits", BINARY, scale=4)
    trained("binary_clipped_zeros", sigmoid_clipped, "zeros", BINARY, scale=4)
    # where probabilities are 0 or 1 in float32, and only their logits know the loss
    trained("sparse_saturated", softmax, "classes", SPARSE[0], scale=6)
    trained("categorical_saturated", softmax_layer, "onehot", CATEGORICAL, scale=16)
    trained("binary_saturated", sigmoid, "bits", BINARY, scale=60)
    trained("categorical_softmax_layer", softmax_layer, "onehot", CATEGORICAL)
    trained("smoothing_logits", logits, "onehot", CATEGORICAL, from_logits=True,
            label_smoothing=0.2)
    trained("smoothing_softmax", softmax, "onehot", CATEGORICAL, label_smoothing=0.1)
    trained("smoothing_mixed", softmax_mixed, "onehot", CATEGORICAL, label_smoothing=0.3)
    trained("binary_logits", logit, "bits", BINARY, from_logits=True)
    trained("binary_sigmoid", sigmoid, "bits", BINARY)
    trained("binary_mixed", sigmoid_mixed, "bits", BINARY)
    trained("binary_labels", labels, "bits", BINARY)
    trained("binary_smoothing_logits", logit, "bits", BINARY, from_logits=True,
            label_smoothing=0.2)
    trained("binary_smoothing_sigmoid", sigmoid, "bits", BINARY, label_smoothing=0.2)
    trained("binary_smoothing_mixed", sigmoid_mixed, "bits", BINARY, label_smoothing=0.2)
    case(out, "steps_sparse", steps, "classes", phase(MOMENTUM, SPARSE, ACCURACY))
    case(out, "steps_categorical", steps, "onehot", phase(MOMENTUM, (CATEGORICAL, {}), ACCURACY))
    case(out, "loss_as_metric", softmax, "classes",
         phase(SGD, SPARSE, [["accuracy", "sparse_categorical_crossentropy"]]))


def losses(out):
    def trained(name, build, kind, cls, weighted=False, optimizer=SGD, **settings):
        case(out, name, build, kind, phase(optimizer, (cls, settings)), weighted=weighted)

    trained("mape", regression, "positive", "MeanAbsolutePercentageError",
            optimizer=("SGD", dict(learning_rate=0.0005)))
    trained("msle", positive, "positive", "MeanSquaredLogarithmicError")
    trained("log_cosh", regression, "real", "LogCosh")
    trained("cosine", regression, "real", "CosineSimilarity")
    trained("cosine_axis", steps, "real", "CosineSimilarity", axis=1)
    trained("kl", softmax, "mixture", "KLDivergence")
    trained("kl_onehot", softmax, "onehot", "KLDivergence")
    trained("poisson", positive, "positive", "Poisson")
    for kind in ("signs", "bits", "real"):
        trained(f"hinge_{kind}", regression, kind, "Hinge")
    trained("squared_hinge", regression, "bits", "SquaredHinge")
    trained("squared_hinge_signs", regression, "signs", "SquaredHinge")
    trained("categorical_hinge", softmax, "onehot", "CategoricalHinge")
    trained("focal", labels, "bits", "BinaryFocalCrossentropy")
    trained("focal_balanced", sigmoid_mixed, "bits", "BinaryFocalCrossentropy", alpha=0.4,
            gamma=1.5, apply_class_balancing=True, label_smoothing=0.1)
    trained("focal_logits", logit, "bits", "BinaryFocalCrossentropy", gamma=1.0, from_logits=True)
    trained("categorical_focal", softmax, "onehot", "CategoricalFocalCrossentropy")
    trained("categorical_focal_logits", logits, "onehot", "CategoricalFocalCrossentropy",
            alpha=0.7, gamma=3.0, from_logits=True, label_smoothing=0.2)
    trained("categorical_focal_axis", steps, "positive", "CategoricalFocalCrossentropy", axis=1,
            gamma=0.0)
    trained("binary_axis", sigmoid_steps, "bits", "BinaryCrossentropy", axis=1)
    trained("categorical_axis", clipped_steps, "positive", "CategoricalCrossentropy", axis=1)
    # TensorFlow's gradient is that of the loss where targets sum to 1, and only there
    trained("categorical_axis_logits", linear_steps, "columns", "CategoricalCrossentropy", axis=1,
            from_logits=True)
    trained("softmax_called_logits", softmax, "onehot", "CategoricalCrossentropy",
            from_logits=True)
    trained("sparse_softmax_called_logits", softmax, "classes", "SparseCategoricalCrossentropy",
            from_logits=True)
    # Keras remembers the argument of either, whatever the loss
    trained("binary_of_softmax", softmax, "bits", "BinaryCrossentropy")
    trained("categorical_of_sigmoid", labels, "onehot", "CategoricalCrossentropy")
    trained("sparse_of_sigmoid", labels, "classes", "SparseCategoricalCrossentropy")
    trained("focal_of_softmax", softmax, "bits", "BinaryFocalCrossentropy")
    trained("sigmoid_called_logits", sigmoid, "bits", "BinaryCrossentropy", from_logits=True)
    for name, kind, ignored in (("inside", "classes", 1), ("outside", "ignored-1", -1),
                                ("far", "ignored255", 255)):
        trained(f"ignore_class_{name}", logits, kind, "SparseCategoricalCrossentropy",
                from_logits=True, ignore_class=ignored)
    trained("ignore_class_softmax", steps, "ignored-1", "SparseCategoricalCrossentropy",
            ignore_class=-1)
    trained("ignore_class_weighted", steps, "ignored3", "SparseCategoricalCrossentropy",
            weighted="entries", ignore_class=3)
    trained("dice", labels, "bits", "Dice")
    trained("dice_axis", steps, "bits", "Dice", axis=[1, 2])
    trained("tversky", labels, "bits", "Tversky", alpha=0.3, beta=0.6)
    trained("tversky_axis", steps, "bits", "Tversky", axis=1)


def reductions(out):
    small = ("SGD", dict(learning_rate=0.01))
    for reduction in ("sum", "mean", "mean_with_sample_weight"):
        for weighted in (False, True):
            case(out, f"{reduction}{'_weighted' if weighted else ''}", regression, "real",
                 phase(small, ("MeanSquaredError", dict(reduction=reduction))), weighted=weighted)
    case(out, "mean_of_ignored", steps, "ignored-1",
         phase(SGD, ("SparseCategoricalCrossentropy", dict(
             reduction="mean_with_sample_weight", ignore_class=-1))), weighted="entries")
    case(out, "sum_of_ignored", steps, "ignored-1",
         phase(small, ("SparseCategoricalCrossentropy", dict(
             reduction="sum", ignore_class=-1))))


def reports(out):
    """Metrics, with and without weights."""
    def reported(name, build, kind, loss, metrics, **kw):
        case(out, f"metrics_{name}", build, kind,
             phase(SGD, loss, [metrics], weighted_metrics=[metrics], validation_split=0.3),
             weighted=True, **kw)

    reported("regression", regression, "real", MSE,
             ["mse", "mae", "mape", "root_mean_squared_error", "cosine_similarity",
              "LogCoshError"])
    reported("positive", positive, "positive", MSE, ["msle", "poisson", "RootMeanSquaredError"])
    reported("binary", sigmoid, "bits", (BINARY, {}),
             ["accuracy", "binary_accuracy", "precision", "recall", "bce", "hinge"])
    reported("labels", labels, "bits", (BINARY, {}),
             ["binary_accuracy", "squared_hinge"])
    reported("sparse", logits, "classes", SPARSE_LOGITS,
             ["acc", "sparse_categorical_accuracy"])
    reported("categorical", softmax, "onehot", (CATEGORICAL, {}),
             ["accuracy", "categorical_accuracy", "kl_divergence", "categorical_hinge",
              "categorical_crossentropy"])
    reported("steps", steps, "classes", SPARSE, ["accuracy", "sparse_categorical_crossentropy"])
    case(out, "weights_per_output", two_outputs, "classes real",
         phase(MOMENTUM, [SPARSE_LOGITS, MSE], [["accuracy"], ["mae"]],
               weighted_metrics=[["accuracy"], ["mae"]]), rows=8, weighted="outputs")
    case(out, "weights_per_entry", steps, "classes",
         phase(MOMENTUM, SPARSE, [["accuracy"]], weighted_metrics=[["accuracy"]]),
         weighted="entries")


def regressions(out):
    both = [["mean_absolute_error", "mean_squared_error"]]
    for name, loss in (("mse", MSE), ("mae", ("MeanAbsoluteError", {})), ("huber", ("Huber", {})),
                       ("huber_delta", ("Huber", dict(delta=0.3)))):
        case(out, name, regression, "real", phase(MOMENTUM, loss, both))
    for name, optimizer in (("sgd", MOMENTUM), ("adam", ADAM)):
        case(out, f"regularized_{name}", regularized, "classes",
             phase(optimizer, SPARSE_LOGITS, ACCURACY, validation_split=0.2))
    case(out, "regularized_frozen", regularized, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, trainable=[("hidden", False)]))
    case(out, "regularized_root_frozen", regularized, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, trainable=[(".", False), ("bn", True)]))


def weights(out):
    def weighted(name, build, kinds, loss, rows=ROWS, validation=None, **kw):
        case(out, name, build, kinds, phase(MOMENTUM, loss, ACCURACY, **kw), rows=rows,
             weighted=True, validation=validation)

    weighted("sample_weight", logits, "classes", SPARSE_LOGITS)
    weighted("sample_weight_binary", sigmoid, "bits", (BINARY, {}))
    case(out, "sample_weight_regression", regression, "real",
         phase(MOMENTUM, MSE, [["mean_absolute_error"]]), weighted=True)
    weighted("sample_weight_steps", steps, "classes", SPARSE)
    weighted("sample_weight_split", softmax, "onehot", (CATEGORICAL, {}), validation_split=0.3)
    weighted("sample_weight_validation", softmax, "classes", SPARSE, validation=6)
    for name, build, kind, loss in (("", logits, "classes", SPARSE_LOGITS),
                                    ("_onehot", softmax, "onehot", (CATEGORICAL, {})),
                                    ("_binary", sigmoid, "bits", (BINARY, {}))):
        case(out, f"class_weight{name}", build, kind,
             phase(MOMENTUM, loss, ACCURACY, class_weight={0: 0.4, 1: 2.5}, validation_split=0.3))
    case(out, "validation_split", logits, "classes",
         phase(ADAM, SPARSE_LOGITS, ACCURACY, validation_split=0.25), rows=13)
    case(out, "validation_data", logits, "classes", phase(ADAM, SPARSE_LOGITS, ACCURACY),
         validation=7)


def graphs(out):
    case(out, "convolutions_sgd", convolutions, "classes", phase(MOMENTUM, SPARSE, ACCURACY),
         rows=6)
    case(out, "convolutions_adam", convolutions, "onehot",
         phase(ADAM, (CATEGORICAL, {}), ACCURACY), rows=6)
    case(out, "pools", pools, "classes",
         phase(("RMSprop", dict(learning_rate=0.005)), SPARSE_LOGITS, ACCURACY), rows=6)
    two = [SPARSE_LOGITS, MSE]
    case(out, "two_outputs", two_outputs, "classes real", phase(MOMENTUM, two), rows=8)
    case(out, "two_outputs_weighed", two_outputs, "classes real",
         phase(ADAM, two, [["accuracy"], ["mean_absolute_error"]], loss_weights=[1.5, 0.25],
               validation_split=0.5), rows=8)
    case(out, "two_outputs_partial", two_outputs, "classes real",
         phase(MOMENTUM, two, [["accuracy"], []], loss_weights=[1.0, 2.0]))
    case(out, "two_outputs_sample_weight", two_outputs, "classes real", phase(MOMENTUM, two),
         rows=8, weighted=True)
    case(out, "shared", shared, "real", phase(SGD, MSE))
    case(out, "nested", nested, "classes", phase(ADAM, SPARSE, ACCURACY, validation_split=0.2))
    case(out, "nested_row", nested_row, "classes", phase(MOMENTUM, SPARSE, ACCURACY))


def freezing(out):
    frozen = [("base", False)]
    for name, build in (("", nested), ("_row", nested_row)):
        case(out, f"frozen_base{name}_then_thawed", build, "classes",
             phase(ADAM, SPARSE, ACCURACY, frozen),
             phase(("Adam", dict(learning_rate=0.001)), SPARSE, ACCURACY, [("base", True)]))
    case(out, "frozen_bn", logits, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [("bn", False)]))
    case(out, "frozen_below_head", logits, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [("hidden", False), ("bn", False)]))
    case(out, "frozen_head", logits, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [("head", False)]))
    case(out, "frozen_base_one_bn_thawed", nested, "classes",
         phase(ADAM, SPARSE, ACCURACY, [*frozen, ("base/bn_one", True)]))
    case(out, "thawed_base_bns_frozen", nested, "classes",
         phase(ADAM, SPARSE, ACCURACY, frozen),
         phase(MOMENTUM, SPARSE, ACCURACY,
               [("base", True), ("base/bn_one", False), ("base/bn_two", False)]))
    case(out, "base_flag_frozen_parts_thawed", nested, "classes",
         phase(MOMENTUM, SPARSE, ACCURACY,
               [*frozen, ("base/two", True), ("base/bn_two", True)]))
    case(out, "root_frozen_bn_thawed_then_all", nested, "classes",
         phase(MOMENTUM, SPARSE, ACCURACY, [(".", False), ("base/bn_two", True)]),
         phase(MOMENTUM, SPARSE, ACCURACY, [(".", True)]))
    case(out, "all_frozen", logits, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [(".", False)]))
    case(out, "same_optimizer_fewer_weights", logits, "classes", phase(ADAM, SPARSE_LOGITS),
         phase("same", SPARSE_LOGITS, trainable=[("hidden", False)]))
    case(out, "convolutions_frozen_then_thawed", convolutions, "classes",
         phase(ADAM, SPARSE, ACCURACY,
               [(n, False) for n in ("conv", "bn", "depthwise", "depthwise_bn")]),
         phase(MOMENTUM, SPARSE, ACCURACY, [("depthwise", True), ("depthwise_bn", True)]), rows=6)


def keep():
    lines = []
    for line in OUT.read_text().splitlines() if ONLY else []:
        lines = [line] if line.startswith("case ") else [*lines, line]
        if line == "end":
            KEPT[lines[0].split()[1]] = lines


def masks(out):
    def masked(name, build, kinds, *phases, **kw):
        case(out, name, build, kinds, *phases, masked=True, **kw)

    masked("masked_steps", masked_steps, "classes",
           phase(MOMENTUM, SPARSE, ACCURACY, validation_split=0.3))
    masked("masked_steps_adam", masked_steps, "onehot",
           phase(ADAM, (CATEGORICAL, {}), [["accuracy", "categorical_crossentropy"]]))
    masked("masked_steps_frozen_bn", masked_steps, "classes",
           phase(MOMENTUM, SPARSE, ACCURACY, [("bn", False)]))
    masked("masked_sample_weight", masked_steps, "classes", phase(MOMENTUM, SPARSE, ACCURACY),
           weighted=True)
    masked("masked_nothing", masked_steps, "real", phase(SGD, MSE))
    masked("masked_pool", masked_pool, "classes", phase(MOMENTUM, SPARSE_LOGITS, ACCURACY))
    masked("masked_outputs", masked_outputs, "classes real",
           phase(MOMENTUM, [SPARSE_LOGITS, MSE], [["accuracy"], ["mean_absolute_error"]]), rows=8)
    # not Adam: on TensorFlow Keras squares the gradient of each use of a row for itself
    masked("embedded", embedded, "classes", phase(SGD, SPARSE_LOGITS, ACCURACY), rows=8)
    masked("embedded_sgd", embedded, "real",
           phase(MOMENTUM, MSE, [["mean_absolute_error"]], validation_split=0.3))
    case(out, "per_step", per_step, "classes", phase(MOMENTUM, SPARSE_LOGITS, ACCURACY))
    case(out, "per_step_frozen", per_step, "classes",
         phase(MOMENTUM, SPARSE_LOGITS, ACCURACY, [("each", False)]))
    case(out, "normalized", normalized, "classes", phase(MOMENTUM, SPARSE_LOGITS, ACCURACY))
    case(out, "normalized_adam", normalized, "onehot",
         phase(ADAM, (CATEGORICAL, dict(from_logits=True)), ACCURACY))


def one_step(out):
    """All rows in one batch: no error is fed back, so that the bound is that of a single step."""
    for cls, settings in (SGD, MOMENTUM, ADAM, ("AdamW", dict(learning_rate=0.01, weight_decay=0.1)),
                          ("RMSprop", dict(learning_rate=0.01)), ("Adagrad", dict(learning_rate=0.1)),
                          ("Adamax", dict(learning_rate=0.01)), ("Nadam", dict(learning_rate=0.01)),
                          ("Adadelta", dict(learning_rate=1.0)), ("Ftrl", dict(learning_rate=0.1)),
                          ("Lion", dict(learning_rate=0.01))):
        name = "momentum" if "momentum" in settings else cls.lower()
        case(out, f"one_step_{name}", logits, "classes",
             phase((cls, settings), SPARSE_LOGITS, ACCURACY, epochs=1, batch_size=ROWS))
    for name, build, kinds, loss in (("convolutions", convolutions, "classes", SPARSE),
                                     ("nested", nested, "classes", SPARSE),
                                     ("regularized", regularized, "classes", SPARSE_LOGITS),
                                     ("regression", regression, "real", MSE)):
        case(out, f"one_step_{name}", build, kinds, phase(SGD, loss, epochs=1, batch_size=ROWS))


def main():
    keep()
    out = [f"# Keras {keras.__version__}; made by training_fixtures.py"]
    for part in (optimizers, options, schedules, bounds, losses, reductions, reports, cross_entropies, regressions, weights,
                 graphs, freezing, masks, one_step):
        part(out)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(out) + "\n")
    cases = sum(line.startswith("case ") for line in out)
    print(f"{cases} cases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
