#!/usr/bin/env python
"""keras_cases.py OUT [--only TEXT]

Makes cases with real Keras (TensorFlow, CPU): small models, inputs, and what Keras makes of them before, in and after training. A
case is a folder with case.json, model.keras (and, where asked, model.h5), x*.npy, y*.npy, y_infer*.npy, y_train*.npy,
after_train_call.npz (the weights that one training call changed), and, where it trains, after_weights.npz, after.keras,
y_infer_after*.npy. dev.thaw.golden.KerasCasesTest plays them."""
import json, os, shutil, sys
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers as L, losses, optimizers as O, regularizers as R, constraints as C

F = "float32"
S = O.schedules
CASES = {}


def case(group, train=None, inputs=None, y=None, note="", **kw):
    """Declares a case: the decorated function makes the model."""
    def add(make):
        CASES[make.__name__] = dict(group=group, make=make, train=train, inputs=inputs, y=y, note=note or make.__doc__ or "", **kw)
        return make
    return add


def declare(name, group, make, **kw):
    make.__name__ = name
    case(group, **kw)(make)


def tensors(t):
    return [np.asarray(keras.ops.convert_to_numpy(a)).astype(F) for a in keras.tree.flatten(t)]


def walk(m, pre="", out=None, seen=None):
    """Weights by layer names and the variable's name."""
    out = {} if out is None else out
    seen = set() if seen is None else seen
    for l in m.layers:
        if isinstance(l, keras.Model):
            walk(l, pre + l.name + "/", out, seen)
            continue
        for v in l.weights:
            if id(v) not in seen:
                seen.add(id(v))
                key, n = f"{pre}{l.name}/{v.name}", 1
                own = key
                while own in out:
                    own, n = f"{key}#{n}", n + 1
                out[own] = np.array(keras.ops.convert_to_numpy(v))
    return out


def save(folder, stem, arrays):
    names = [f"{stem}.npy"] if len(arrays) == 1 else [f"{stem}_{i}.npy" for i in range(len(arrays))]
    for n, a in zip(names, arrays):
        np.save(os.path.join(folder, n), a)
    return names


class Steps(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.loss = []

    def on_train_batch_end(self, batch, logs=None):
        self.loss.append(float(logs["loss"]))


def shake(model, rng):
    """Moving statistics, gammas and biases away from 0 and 1, so that each counts."""
    for v in model.weights:
        s = v.shape
        if v.name == "moving_mean":
            v.assign(rng.normal(0, .3, s))
        elif v.name in ("moving_variance", "gamma", "variance", "moving_stddev", "renorm_stddev"):
            v.assign(rng.uniform(.5, 1.5, s))
        elif v.name in ("beta", "bias", "mean", "alpha"):
            v.assign(rng.normal(0, .2, s))


def build(name, c, out):
    keras.backend.clear_session()
    keras.utils.set_random_seed(sum(map(ord, name)))
    rng = np.random.default_rng(sum(map(ord, name)))
    folder = os.path.join(out, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    model = c["make"]()
    shake(model, rng)
    x = c["inputs"](rng) if c["inputs"] else [rng.normal(0, 1, (21,) + tuple(i.shape[1:])).astype(F) for i in model.inputs]
    x = x if isinstance(x, list) else [x]
    one = lambda a: a[0] if len(a) == 1 else a
    given = lambda a: dict(zip(sorted(c["keys"]), a)) if c.get("keys") else one(a)
    files = {"x": save(folder, "x", x)}
    phases = c["train"] if isinstance(c["train"], list) else [c["train"]] if c["train"] else []
    ys = None
    if phases:
        outs = tensors(model(given(x), training=False))
        ys = c["y"](rng) if c["y"] else [rng.normal(0, 1, o.shape).astype(F) for o in outs]
        ys = ys if isinstance(ys, list) else [ys]
        files["y"] = save(folder, "y", ys)
        compile_(model, phases[0])
    path = os.path.join(folder, "model.keras")
    model.save(path)
    if c.get("h5"):
        model.save(os.path.join(folder, "model.h5"))
    fresh = lambda: keras.models.load_model(path)
    files["y_infer"] = save(folder, "y_infer", tensors(fresh()(given(x), training=False)))
    if not c.get("random"):
        m = fresh()
        before = walk(m)
        files["y_train"] = save(folder, "y_train", tensors(m(given(x), training=True)))
        after = walk(m)
        np.savez(os.path.join(folder, "after_train_call.npz"), **{k: v for k, v in after.items() if not np.array_equal(v, before[k], equal_nan=True)})
        files["after_train_call"] = ["after_train_call.npz"]
    history, described = [], []
    if phases:
        m = fresh()
        for i, p in enumerate(phases):
            for layer, flag in (p.get("set_trainable") or {}).items():
                at = m
                for part in filter(None, layer.split("/")):
                    at = at.get_layer(part)
                at.trainable = flag
            if i or p.get("set_trainable"):
                compile_(m, p)
            steps = Steps()
            fit = dict(batch_size=p.get("batch_size", 8), epochs=p.get("epochs", 2), shuffle=False, class_weight=p.get("class_weight"))
            sw = None
            if p.get("sample_weight"):
                sw = rng.uniform(.2, 2, len(x[0])).astype(F)
                np.save(os.path.join(folder, "sw.npy"), sw)
            h = m.fit(given(x), one(ys), verbose=0, callbacks=[steps], sample_weight=sw, **fit)
            history.append({"epoch": {k: [float(e) for e in v] for k, v in h.history.items()}, "running_loss_per_step": steps.loss})
            cc = m.get_compile_config()
            described.append({"set_trainable": p.get("set_trainable"), "optimizer": cc["optimizer"], "loss": cc["loss"], "loss_weights": cc["loss_weights"],
                              "metrics": cc["metrics"], "weighted_metrics": cc["weighted_metrics"], "fit": {**fit, "sample_weight": sw is not None}})
            if i == 0 and not p.get("set_trainable"):
                described[0]["optimizer"] = keras.saving.serialize_keras_object(p["optimizer"]()) if callable(p.get("optimizer")) else cc["optimizer"]
        np.savez(os.path.join(folder, "after_weights.npz"), **walk(m))
        m.save(os.path.join(folder, "after.keras"))
        files["after_weights"] = ["after_weights.npz"]
        files["after_keras"] = ["after.keras"]
        files["y_infer_after"] = save(folder, "y_infer_after", tensors(m(given(x), training=False)))
    with open(os.path.join(folder, "case.json"), "w") as f:
        json.dump({"id": name, "group": c["group"], "note": c["note"], "keras": keras.__version__, "files": files, "phases": described,
                   "history": history or None, "tol": c.get("tol"), "loose": None}, f, indent=1)


def compile_(model, p):
    opt = p["optimizer"]
    model.compile(opt() if callable(opt) else opt, p.get("loss", losses.MeanSquaredError()), loss_weights=p.get("loss_weights"),
                  metrics=p.get("metrics"), weighted_metrics=p.get("weighted_metrics"))


SGD = {"optimizer": lambda: O.SGD(.05)}


def fit(optimizer=None, **kw):
    return {"optimizer": optimizer or (lambda: O.SGD(.05)), **kw}


def model(shape, *row, name=None):
    x = keras.Input(shape)
    y = x
    for l in row:
        y = l(y)
    return keras.Model(x, y, name=name)


def small(**kw):
    """Dense, BN, ReLU, Dense: what optimizers and losses are tried on."""
    return model((6,), L.Dense(9, name="d1", use_bias=False, **kw), L.BatchNormalization(name="bn", momentum=.8), L.Activation("tanh"), L.Dense(3, name="d2"))


# --- optimizers
OPTIMIZERS = dict(
    sgd_momentum=lambda: O.SGD(.05, momentum=.9), sgd_nesterov=lambda: O.SGD(.05, momentum=.9, nesterov=True),
    adam_amsgrad=lambda: O.Adam(.01, amsgrad=True), adamw=lambda: O.AdamW(.01, weight_decay=.02), adagrad=lambda: O.Adagrad(.05),
    adamax=lambda: O.Adamax(.02), lion=lambda: O.Lion(.003), ftrl=lambda: O.Ftrl(.05, l1_regularization_strength=.001, l2_regularization_strength=.002),
    ftrl_shrinkage=lambda: O.Ftrl(.05, l2_shrinkage_regularization_strength=.01, beta=.1),
    rmsprop_momentum=lambda: O.RMSprop(.005, momentum=.7), rmsprop_centered=lambda: O.RMSprop(.005, centered=True),
    rmsprop_both=lambda: O.RMSprop(.005, momentum=.7, centered=True), nadam=lambda: O.Nadam(.01), adadelta=lambda: O.Adadelta(1.),
    sgd_clipnorm=lambda: O.SGD(.1, clipnorm=.1), sgd_global_clipnorm=lambda: O.SGD(.1, global_clipnorm=.2), adam_clipvalue=lambda: O.Adam(.01, clipvalue=.01),
    sgd_ema=lambda: O.SGD(.05, use_ema=True, ema_momentum=.9), sgd_ema_overwrite=lambda: O.SGD(.05, use_ema=True, ema_momentum=.9, ema_overwrite_frequency=2),
    adam_accumulate=lambda: O.Adam(.01, gradient_accumulation_steps=2), sgd_decay=lambda: O.SGD(.05, momentum=.5, weight_decay=.01),
    adam_decay_clip_ema=lambda: O.Adam(.01, weight_decay=.01, global_clipnorm=.5, use_ema=True),
    sched_piecewise=lambda: O.SGD(S.PiecewiseConstantDecay([2, 4], [.1, .05, .01])), sched_inverse=lambda: O.SGD(S.InverseTimeDecay(.1, 2, .5, staircase=True)),
    sched_restarts=lambda: O.SGD(S.CosineDecayRestarts(.1, 2, t_mul=2., m_mul=.9, alpha=.1)), sched_poly_cycle=lambda: O.SGD(S.PolynomialDecay(.1, 2, .01, power=2., cycle=True)),
    sched_exp_stair=lambda: O.Adam(S.ExponentialDecay(.02, 2, .5, staircase=True)), sched_cosine=lambda: O.SGD(S.CosineDecay(.1, 4, alpha=.1)))
for n, o in OPTIMIZERS.items():
    declare("opt_" + n, "optimizer", lambda: small(), train=fit(o))


@case("optimizer", train=fit(lambda: O.AdamW(.01)))
def opt_adamw_conv():
    return model((8, 8, 3), L.Conv2D(5, 3, use_bias=False, name="c"), L.BatchNormalization(name="bn"), L.ReLU(), L.GlobalAveragePooling2D(), L.Dense(3, name="d"))


# --- losses and metrics
def classes(k, n=21):
    return lambda rng: rng.integers(0, k, n).astype("int32")


def one_hot(k, n=21):
    return lambda rng: np.eye(k, dtype=F)[rng.integers(0, k, n)]


def positive(rng):
    return rng.uniform(.1, 2, (21, 3)).astype(F)


def bits(rng):
    return rng.integers(0, 2, (21, 3)).astype(F)


def head(activation="linear"):
    return lambda: model((6,), L.Dense(7, activation="tanh", name="d1"), L.Dense(3, activation=activation, name="d2"))


def through(last):
    return lambda: model((6,), L.Dense(7, activation="tanh", name="d1"), L.Dense(3, name="d2"), last())


for n, l, a, y in [
    ("mae", losses.MeanAbsoluteError(), "linear", None), ("mape", losses.MeanAbsolutePercentageError(), "softplus", positive),
    ("msle", losses.MeanSquaredLogarithmicError(), "softplus", positive), ("huber", losses.Huber(.5), "linear", None), ("logcosh", losses.LogCosh(), "linear", None),
    ("hinge", losses.Hinge(), "tanh", bits), ("squared_hinge", losses.SquaredHinge(), "tanh", bits), ("categorical_hinge", losses.CategoricalHinge(), "softmax", one_hot(3)),
    ("cosine", losses.CosineSimilarity(), "linear", None), ("bce_logits_smooth", losses.BinaryCrossentropy(from_logits=True, label_smoothing=.1), "linear", bits),
    ("bce_smooth", losses.BinaryCrossentropy(label_smoothing=.2), "sigmoid", bits), ("cce_logits", losses.CategoricalCrossentropy(from_logits=True), "linear", one_hot(3)),
    ("cce_smooth", losses.CategoricalCrossentropy(label_smoothing=.1), "softmax", one_hot(3)), ("scce_logits", losses.SparseCategoricalCrossentropy(from_logits=True), "linear", classes(3)),
    ("focal_binary", losses.BinaryFocalCrossentropy(), "sigmoid", bits), ("focal_categorical", losses.CategoricalFocalCrossentropy(), "softmax", one_hot(3)),
    ("kl", losses.KLDivergence(), "softmax", one_hot(3)), ("poisson", losses.Poisson(), "softplus", positive),
    ("sum", losses.MeanSquaredError(reduction="sum"), "linear", None), ("ignore_class", losses.SparseCategoricalCrossentropy(ignore_class=1), "softmax", classes(3)),
    ("mean_sw", losses.MeanSquaredError(reduction="mean_with_sample_weight"), "linear", None), ("dice", losses.Dice(), "sigmoid", bits), ("tversky", losses.Tversky(), "sigmoid", bits),
]:
    declare("loss_" + n, "loss", head(a), train=fit(loss=l, sample_weight=n == "mean_sw"), y=y)
declare("loss_bce_plain_probabilities", "loss", through(lambda: L.Rescaling(.4, .5)), train=fit(lambda: O.SGD(.01), loss="binary_crossentropy"), y=bits)
declare("loss_cce_plain_probabilities", "loss", lambda: model((6,), L.Dense(3, activation="softplus", name="d2"), L.Rescaling(1., .1)), train=fit(lambda: O.SGD(.01), loss="categorical_crossentropy"), y=one_hot(3))
declare("loss_scce_plain_probabilities", "loss", lambda: model((6,), L.Dense(3, activation="softplus", name="d2"), L.Rescaling(1., .1)), train=fit(lambda: O.SGD(.01), loss="sparse_categorical_crossentropy"), y=classes(3))
declare("loss_string_mse", "loss", head(), train=fit(loss="mse", metrics=["mae", "mse"]))
declare("metric_accuracy_sparse", "metric", head("softmax"), train=fit(loss="sparse_categorical_crossentropy", metrics=["accuracy"]), y=classes(3))
declare("metric_accuracy_onehot", "metric", head("softmax"), train=fit(loss="categorical_crossentropy", metrics=["acc", "categorical_accuracy"]), y=one_hot(3))
declare("metric_binary", "metric", head("sigmoid"), train=fit(loss="binary_crossentropy", metrics=["binary_accuracy", "accuracy"]), y=bits)
declare("metric_topk", "metric", lambda: model((6,), L.Dense(8, activation="softmax", name="d2")), train=fit(loss="sparse_categorical_crossentropy", metrics=[keras.metrics.SparseTopKCategoricalAccuracy(3)]), y=classes(8))
declare("metric_rmse", "metric", head(), train=fit(metrics=[keras.metrics.RootMeanSquaredError()]))
declare("metric_weighted", "metric", head("softmax"), train=fit(loss="sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"], sample_weight=True), y=classes(3))
declare("fit_class_weight", "fit", head("softmax"), train=fit(loss="sparse_categorical_crossentropy", class_weight={0: 2., 1: .5}), y=classes(3))
declare("fit_class_weight_onehot", "fit", head("softmax"), train=fit(loss="categorical_crossentropy", class_weight={0: 2., 1: .5, 2: 1.}), y=one_hot(3))
declare("fit_one_big_batch", "fit", lambda: small(), train=fit(batch_size=64))
declare("fit_sequence_weights", "fit", lambda: model((5, 4), L.Dense(6, activation="relu", name="d"), L.Dense(3, activation="softmax", name="e")), train=fit(loss="sparse_categorical_crossentropy", sample_weight=True),
        y=lambda rng: rng.integers(0, 3, (21, 5)).astype("int32"))


# --- activations
for a in "relu relu6 leaky_relu elu selu celu sigmoid tanh softplus softsign silu gelu hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink tanh_shrink threshold sparse_plus sparse_sigmoid squareplus log_sigmoid log_softmax mish exponential softmax linear swish".split():
    declare("act_" + a, "activation", lambda a=a: model((5,), L.Dense(7, name="d"), L.Activation(a, name="a"), L.Dense(2, name="e")), train=SGD)
for a in ("glu", "sparsemax"):
    declare("act_" + a, "activation", lambda a=a: model((5,), L.Dense(8, name="d"), L.Activation(a, name="a"), L.Dense(2, name="e")), train=SGD)
declare("act_layers", "activation", lambda: model((4, 6), L.Dense(6, name="d"), L.ReLU(max_value=1.5, negative_slope=.1, threshold=.2), L.ELU(.7), L.LeakyReLU(.2), L.PReLU(shared_axes=[1]), L.Softmax(axis=1), L.Dense(2, name="e")), train=SGD)
declare("act_dense_inside", "activation", lambda: model((5, 5, 2), L.Conv2D(4, 2, activation="gelu", name="c"), L.Conv2DTranspose(3, 2, activation="relu", name="t"), L.DepthwiseConv2D(2, activation="tanh", name="dw")), train=SGD)


# --- convolutions and pooling
def layer(name, shape, make, group="conv", **kw):
    declare(name, group, lambda: model(shape, make()), train=kw.pop("train", SGD), **kw)


layer("conv2d_same_odd_stride2", (7, 9, 3), lambda: L.Conv2D(4, 3, strides=2, padding="same", name="c"))
layer("conv2d_same_even_kernel", (6, 6, 3), lambda: L.Conv2D(4, (2, 4), padding="same", name="c"))
layer("conv2d_dilated", (9, 9, 2), lambda: L.Conv2D(3, 3, dilation_rate=(2, 3), name="c"))
layer("conv2d_dilated_same", (9, 9, 2), lambda: L.Conv2D(3, 3, dilation_rate=2, padding="same", name="c"))
layer("conv2d_groups", (6, 6, 4), lambda: L.Conv2D(6, 3, groups=2, name="c"))
layer("conv2d_5x1", (8, 6, 2), lambda: L.Conv2D(3, (5, 1), strides=(2, 1), name="c"))
layer("conv1d_causal_dilated", (10, 3), lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2, name="c"))
layer("conv1d_groups_stride", (11, 4), lambda: L.Conv1D(6, 3, strides=2, groups=2, padding="same", name="c"))
layer("conv3d_same_stride", (5, 6, 7, 2), lambda: L.Conv3D(3, (2, 3, 3), strides=2, padding="same", name="c"))
layer("depthwise_multiplier", (7, 7, 3), lambda: L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="c"))
layer("depthwise_stride_valid", (8, 7, 3), lambda: L.DepthwiseConv2D((3, 2), strides=2, name="c"))
layer("depthwise_dilated", (9, 9, 3), lambda: L.DepthwiseConv2D(3, dilation_rate=2, padding="same", name="c"))
layer("depthwise1d", (10, 3), lambda: L.DepthwiseConv1D(3, depth_multiplier=2, strides=2, name="c"))
layer("separable1d", (10, 3), lambda: L.SeparableConv1D(5, 3, depth_multiplier=2, padding="same", name="c"))
layer("separable2d_multiplier", (7, 8, 3), lambda: L.SeparableConv2D(5, 3, depth_multiplier=2, strides=2, padding="same", name="c"))
layer("separable2d_dilated", (9, 9, 2), lambda: L.SeparableConv2D(4, 3, dilation_rate=2, name="c"))
layer("transpose1d", (6, 3), lambda: L.Conv1DTranspose(4, 3, strides=2, padding="same", name="t"))
layer("transpose2d_valid_stride3", (4, 5, 3), lambda: L.Conv2DTranspose(2, (2, 4), strides=3, name="t"))
layer("transpose2d_same", (4, 5, 3), lambda: L.Conv2DTranspose(2, 3, strides=2, padding="same", use_bias=False, name="t"))
layer("transpose2d_dilated", (5, 5, 2), lambda: L.Conv2DTranspose(3, 3, dilation_rate=2, name="t"))
layer("transpose3d", (3, 4, 3, 2), lambda: L.Conv3DTranspose(3, 2, strides=2, name="t"))
for p in ("valid", "same"):
    layer("pool2d_max_" + p, (7, 6, 3), lambda p=p: L.MaxPooling2D((3, 2), strides=(2, 1), padding=p), "pool", train=None)
    layer("pool2d_avg_" + p, (7, 6, 3), lambda p=p: L.AveragePooling2D(3, strides=2, padding=p), "pool", train=None)
    layer("pool3d_max_" + p, (5, 6, 5, 2), lambda p=p: L.MaxPooling3D(2, strides=(1, 2, 2), padding=p), "pool", train=None)
    layer("pool1d_avg_" + p, (9, 3), lambda p=p: L.AveragePooling1D(3, padding=p), "pool", train=None)
for n in ("1D", "2D", "3D"):
    shape = (4, 5, 3, 2)[:int(n[0])] + (3,)
    declare("global_pool_" + n.lower(), "pool", lambda n=n, shape=shape: model(shape, L.Dense(4, name="d"), getattr(L, "GlobalAveragePooling" + n)(keepdims=True), L.Dense(3, name="e"), getattr(L, "GlobalMaxPooling" + n)()), train=SGD)
declare("pool_in_training", "pool", lambda: model((8, 8, 2), L.Conv2D(4, 3, name="c"), L.MaxPooling2D(2, padding="same"), L.Conv2D(3, 2, name="e"), L.AveragePooling2D(2, padding="same"), L.Flatten(), L.Dense(2, name="d")), train=SGD)
declare("unknown_extents", "conv", lambda: model((None, None, 3), L.Conv2D(4, 3, padding="same", name="c"), L.BatchNormalization(name="bn"), L.MaxPooling2D(), L.GlobalAveragePooling2D(), L.Dense(2, name="d")), train=SGD,
        inputs=lambda rng: rng.normal(0, 1, (21, 9, 7, 3)).astype(F))


# --- normalizations
declare("bn_axis1_5d", "bn", lambda: model((3, 4, 2, 2), L.BatchNormalization(axis=1, name="bn"), L.Flatten(), L.Dense(2, name="d")), train=SGD)
declare("bn_momentum1", "bn", lambda: model((5,), L.BatchNormalization(momentum=1., name="bn"), L.Dense(2, name="d")), train=SGD)
declare("bn_no_scale", "bn", lambda: model((5,), L.BatchNormalization(scale=False, epsilon=.1, name="bn"), L.Dense(2, name="d")), train=SGD)
declare("bn_constraint", "bn", lambda: model((5,), L.BatchNormalization(gamma_constraint=C.NonNeg(), beta_constraint=C.MaxNorm(.1), name="bn"), L.Dense(2, name="d")), train=SGD)
declare("bn_renorm", "bn", lambda: model((5,), L.BatchNormalization(renorm=True, renorm_clipping={"rmax": 2., "rmin": .5, "dmax": 1.}, momentum=.8, renorm_momentum=.7, name="bn"), L.Dense(2, name="d")), train=SGD)
declare("bn_renorm_conv", "bn", lambda: model((4, 4, 3), L.Conv2D(4, 2, use_bias=False, name="c"), L.BatchNormalization(renorm=True, name="bn"), L.GlobalAveragePooling2D(), L.Dense(2, name="d")), train=SGD)
declare("bn_synchronized", "bn", lambda: model((5,), L.BatchNormalization(synchronized=True, name="bn"), L.Dense(2, name="d")), train=SGD)
declare("bn_initializers", "bn", lambda: model((5,), L.BatchNormalization(beta_initializer="ones", gamma_initializer=keras.initializers.Constant(.5), moving_mean_initializer="ones", moving_variance_initializer=keras.initializers.Constant(2.), name="bn"), L.Dense(2, name="d")), train=SGD)
declare("norm_layer", "norm", lambda: model((4, 6), L.LayerNormalization(axis=[1, 2], name="a"), L.LayerNormalization(center=False, epsilon=.01, name="b"), L.LayerNormalization(scale=False, name="c"), L.Dense(3, name="d")), train=SGD)
declare("norm_group", "norm", lambda: model((4, 4, 6), L.GroupNormalization(3, name="a"), L.GroupNormalization(-1, name="b"), L.GroupNormalization(1, center=False, name="c"), L.GlobalAveragePooling2D(), L.Dense(2, name="d")), train=SGD)
declare("norm_group_axis1", "norm", lambda: model((6, 4, 4), L.GroupNormalization(2, axis=1, name="a"), L.Flatten(), L.Dense(2, name="d")), train=SGD)
declare("norm_rms", "norm", lambda: model((4, 6), L.RMSNormalization(name="a"), L.Dense(5, name="d"), L.UnitNormalization(axis=1), L.Dense(2, name="e")), train=SGD)


def adapted(invert=False):
    n = L.Normalization(invert=invert, name="n")
    n.adapt(np.random.default_rng(3).normal(2, 3, (50, 5)).astype(F))
    return n


declare("normalization_adapted", "norm", lambda: model((5,), adapted(), L.Dense(3, name="d")), train=SGD)
declare("normalization_inverted", "norm", lambda: model((5,), adapted(True), L.Dense(3, name="d")), train=SGD)
declare("normalization_given", "norm", lambda: model((4, 3), L.Normalization(mean=[1., 2., 3.], variance=[1., 4., 9.], name="n"), L.Dense(3, name="d")), train=SGD)


# --- masks and embeddings
def masked(rng):
    x = rng.normal(0, 1, (21, 6, 3)).astype(F)
    for r in x:
        r[rng.integers(1, 7):] = 0
    return x


def tokens(rng):
    x = rng.integers(1, 9, (21, 6)).astype("int32")
    for r in x:
        r[rng.integers(1, 7):] = 0
    return x


declare("mask_bn_dense", "mask", lambda: model((6, 3), L.Masking(name="m"), L.Dense(4, name="d"), L.BatchNormalization(name="bn", momentum=.8), L.Dense(2, name="e")), train=SGD, inputs=masked)
declare("mask_global_average", "mask", lambda: model((6, 3), L.Masking(), L.Dense(4, name="d"), L.GlobalAveragePooling1D(), L.Dense(2, name="e")), train=SGD, inputs=masked)
declare("mask_loss_accuracy", "mask", lambda: model((6, 3), L.Masking(), L.Dense(4, activation="relu", name="d"), L.Dense(3, activation="softmax", name="e")), train=fit(loss="sparse_categorical_crossentropy", metrics=["accuracy"]), inputs=masked,
        y=lambda rng: rng.integers(0, 3, (21, 6)).astype("int32"))
declare("mask_time_distributed", "mask", lambda: model((6, 3), L.Masking(), L.TimeDistributed(L.Dense(4), name="td"), L.Dense(2, name="e")), train=SGD, inputs=masked)


@case("mask", train=SGD, inputs=masked)
def mask_merged():
    x = keras.Input((6, 3))
    m = L.Masking()(x)
    return keras.Model(x, L.Dense(2, name="e")(L.Add()([L.Dense(4, name="a")(m), L.Dense(4, name="b")(m)])))


def embedded(mask, *row):
    x = keras.Input((6,), dtype="int32")
    y = L.Embedding(9, 5, mask_zero=mask, name="emb")(x)
    for l in row:
        y = l(y)
    return keras.Model(x, y)


declare("embedding_plain", "mask", lambda: embedded(False, L.Flatten(), L.Dense(2, name="d")), train=SGD, inputs=tokens)
declare("embedding_mask_bn", "mask", lambda: embedded(True, L.BatchNormalization(name="bn", momentum=.8), L.GlobalAveragePooling1D(), L.Dense(2, name="d")), train=SGD, inputs=tokens)
declare("embedding_mask_conv", "mask", lambda: embedded(True, L.Conv1D(4, 3, name="c"), L.GlobalAveragePooling1D(), L.Dense(2, name="d")), train=fit(lambda: O.Adam(.01)), inputs=tokens)
declare("embedding_float_input", "mask", lambda: model((6,), L.Embedding(9, 5, name="emb"), L.Flatten(), L.Dense(2, name="d")), train=SGD, inputs=lambda rng: tokens(rng).astype(F))


# --- reshaping and merging
declare("shape_2d", "shape", lambda: model((4, 5, 3), L.ZeroPadding2D(((1, 2), (0, 3))), L.Cropping2D(((1, 0), (2, 1))), L.UpSampling2D((2, 3)), L.Conv2D(2, 2, name="c"), L.Permute((3, 1, 2)), L.Reshape((-1, 4)), L.Dense(3, name="d")), train=SGD)
declare("shape_bilinear", "shape", lambda: model((4, 5, 3), L.Conv2D(2, 2, name="c"), L.UpSampling2D(2, interpolation="bilinear"), L.Conv2D(2, 2, name="e")), train=SGD)
declare("shape_3d", "shape", lambda: model((3, 4, 2, 2), L.ZeroPadding3D((1, 0, 2)), L.Cropping3D(((1, 0), (1, 1), (0, 2))), L.UpSampling3D((1, 2, 2)), L.Flatten(), L.Dense(2, name="d")), train=SGD)


def two(make, shape=(4, 6)):
    def build_():
        a, b = keras.Input(shape, name="a"), keras.Input(shape, name="b")
        return keras.Model([a, b], make(L.Dense(5, name="da")(a), L.Dense(5, name="db")(b)))
    return build_


for n, l in dict(add=L.Add, subtract=L.Subtract, multiply=L.Multiply, average=L.Average, maximum=L.Maximum, minimum=L.Minimum).items():
    declare("merge_" + n, "merge", two(lambda a, b, l=l: l()([a, b])), train=SGD)
declare("merge_concatenate_axis1", "merge", two(lambda a, b: L.Dense(2, name="d")(L.Concatenate(axis=1)([a, b]))), train=SGD)
declare("merge_dot", "merge", two(lambda a, b: L.Dense(2, name="d")(L.Dot(axes=(2, 2))([a, b]))), train=SGD)
declare("merge_dot_normalized", "merge", two(lambda a, b: L.Dense(2, name="d")(L.Dot(axes=1, normalize=True)([a, b]))), train=SGD)
declare("merge_broadcast", "merge", lambda: broadcast(), train=SGD)


def broadcast():
    a, b = keras.Input((4, 5, 3)), keras.Input((1, 1, 3))
    return keras.Model([a, b], L.Conv2D(2, 2, name="c")(L.Multiply()([a, L.Dense(3, activation="sigmoid", name="d")(b)])))


# --- operators
def ops_model(make, shape=(4, 6)):
    def build_():
        x = keras.Input(shape)
        return keras.Model(x, make(L.Dense(5, name="d")(x)))
    return build_


K = keras.ops
for n, f in dict(times=lambda x: x * 2., add=lambda x: 1. + x, sub=lambda x: 1. - x, div=lambda x: x / 3., neg=lambda x: -x, power=lambda x: (x * .1 + 2.) ** 3, both=lambda x: x * x + x, item=lambda x: x[:, 1:3],
                 mean=lambda x: K.mean(x, axis=1), sum_keep=lambda x: K.sum(x, axis=-1, keepdims=True), max=lambda x: K.max(x, axis=1), relu=lambda x: K.relu(x), sigmoid=lambda x: K.sigmoid(x) * x, softmax=lambda x: K.softmax(x),
                 reshape=lambda x: K.reshape(x, (-1, 20)), transpose=lambda x: K.transpose(x, (0, 2, 1)), expand=lambda x: K.expand_dims(x, -1), concat=lambda x: K.concatenate([x, x * 2.], axis=-1), exp=lambda x: K.exp(x * .1),
                 square=lambda x: K.square(x), sqrt=lambda x: K.sqrt(K.abs(x) + 1.), maximum=lambda x: K.maximum(x, .1), matmul=lambda x: K.matmul(x, K.transpose(x, (0, 2, 1))), hard=lambda x: L.ReLU(6.)(x + 3.) * (1. / 6.),
                 squeeze=lambda x: K.squeeze(K.expand_dims(x, 2), 2), clip=lambda x: K.clip(x, -.5, .5), tanh=lambda x: K.tanh(x), silu=lambda x: K.silu(x), log=lambda x: K.log(K.abs(x) + 1.), minimum=lambda x: K.minimum(x, x * .5)).items():
    declare("op_" + n, "operator", ops_model(f), train=SGD)


# --- regularizers, constraints, initializers
declare("reg_activity", "regularizer", lambda: model((6,), L.Dense(7, activation="relu", activity_regularizer=R.L2(.1), name="d1"), L.ActivityRegularization(l1=.02, l2=.03), L.Dense(3, name="d2")), train=SGD)
declare("reg_l1l2_conv", "regularizer", lambda: model((6, 6, 2), L.Conv2D(3, 3, kernel_regularizer=R.L1L2(.01, .02), bias_regularizer=R.L1(.01), name="c"), L.Flatten(), L.Dense(2, kernel_regularizer="l2", name="d")), train=SGD)
declare("reg_frozen", "regularizer", lambda: model((6,), L.Dense(7, kernel_regularizer=R.L2(.1), name="d1"), L.Dense(3, kernel_regularizer=R.L1(.1), name="d2")), train=[fit(set_trainable={"d1": False})])
for n, cst in dict(max_norm=C.MaxNorm(.5), unit_norm=C.UnitNorm(axis=1), non_neg=C.NonNeg(), min_max=C.MinMaxNorm(.5, 1., rate=.7)).items():
    declare("constraint_" + n, "constraint", lambda cst=cst: small(kernel_constraint=cst), train=fit(lambda: O.Adam(.05)))
declare("constraint_conv", "constraint", lambda: model((6, 6, 2), L.Conv2D(3, 3, kernel_constraint=C.MaxNorm(.3, axis=[0, 1, 2]), name="c"), L.DepthwiseConv2D(2, depthwise_constraint=C.UnitNorm(axis=[0, 1]), name="dw"), L.Flatten(), L.Dense(2, name="d")), train=SGD)
I = keras.initializers
declare("initializers", "initializer", lambda: model((6,), *[L.Dense(6, kernel_initializer=i, name=f"d{n}") for n, i in enumerate([I.RandomNormal(0., .1), I.RandomUniform(-.1, .1, seed=3), I.TruncatedNormal(), I.LecunNormal(), I.HeUniform(), I.Orthogonal(.9), I.Identity(.8), I.VarianceScaling(2., "fan_out", "uniform"), I.GlorotNormal(), I.LecunUniform()])]), train=SGD)


# --- freezing, training modes and topologies
def base(name="base", dropout=False):
    x = keras.Input((5,))
    y = L.BatchNormalization(name="b_bn", momentum=.8)(L.Dense(6, use_bias=False, name="b_d")(x))
    return keras.Model(x, L.Activation("tanh", name="b_a")(y), name=name)


def outer(flag=None, seq=False):
    x = keras.Input((4,))
    b = base() if not seq else keras.Sequential([keras.Input((5,)), L.Dense(6, use_bias=False, name="b_d"), L.BatchNormalization(name="b_bn", momentum=.8)], name="base")
    y = L.Dense(5, name="in_d")(x)
    y = b(y) if flag is None else b(y, training=flag)
    return keras.Model(x, L.Dense(2, name="head")(L.BatchNormalization(name="bn", momentum=.8)(y)), name="outer")


declare("freeze_base_then_bn_thawed", "freeze", outer, train=[fit(set_trainable={"base": False, "base/b_bn": True})])
declare("freeze_root_inner_thawed", "freeze", outer, train=[fit(set_trainable={"": False, "base/b_bn": True})])
declare("freeze_seq_base", "freeze", lambda: outer(seq=True), train=[fit(set_trainable={"base": False}), fit(set_trainable={"base": True})])
declare("freeze_everything", "freeze", outer, train=[fit(set_trainable={"": False})])
declare("freeze_bn_only", "freeze", outer, train=[fit(set_trainable={"bn": False, "base/b_bn": False})])
declare("freeze_two_phases_adam", "freeze", outer, train=[fit(lambda: O.Adam(.01), set_trainable={"base": False}), fit(lambda: O.Adam(.003), set_trainable={"base": True}), fit(lambda: O.SGD(.01, momentum=.9), set_trainable={"bn": False})])


@case("topology", train=SGD)
def siamese():
    """A sub-model called twice, a shared layer called three times."""
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    m, d = base("twin"), L.Dense(3, name="shared")
    return keras.Model([a, b], L.Add()([d(m(a)), d(m(b)), d(L.Dense(6, name="z")(a))]))


@case("topology", train=fit(loss_weights=[1., .5, .2], loss=["mse", "mae", "mse"]))
def three_outputs():
    x = keras.Input((5,))
    m = base()
    y = m(x)
    return keras.Model(x, [L.Dense(2, name="p")(y), y, L.Dense(1, name="q")(m.layers[1](x))])


@case("topology", train=SGD, keys=["first", "second"])
def dictionary_inputs():
    a, b = keras.Input((5,), name="first"), keras.Input((3,), name="second")
    return keras.Model({"second": b, "first": a}, L.Dense(2, name="d")(L.Concatenate()([a, b])))


@case("topology", train=SGD)
def sequential_in_sequential():
    return keras.Sequential([keras.Input((5,)), L.Dense(4, activation="relu"), keras.Sequential([L.Dense(6), L.BatchNormalization(momentum=.8)]), L.Dense(2)])


@case("topology", train=SGD)
def nested_multi_output():
    x = keras.Input((5,))
    h = L.Dense(4, name="h")(x)
    inner = keras.Model(x, [L.Dense(3, name="u")(h), L.Dense(3, name="v")(h)], name="inner")
    z = keras.Input((5,))
    u, v = inner(z)
    return keras.Model(z, L.Subtract()([v, u]))


@case("topology", train=SGD)
def nested_model_is_output():
    """A nested Functional called twice whose outputs are the model's own."""
    x = keras.Input((5,))
    m = base("fin")
    return keras.Model(x, [m(x), m(L.Dense(5, name="d")(x))])


@case("topology", train=SGD)
def residual():
    x = keras.Input((6, 6, 4))
    y = L.ReLU()(L.BatchNormalization(name="bn1")(L.Conv2D(4, 3, padding="same", use_bias=False, name="c1")(x)))
    y = L.BatchNormalization(name="bn2")(L.Conv2D(4, 3, padding="same", use_bias=False, name="c2")(y))
    return keras.Model(x, L.Dense(2, name="d")(L.GlobalAveragePooling2D()(L.ReLU()(L.Add()([x, y])))))


# --- random layers and images, which draw nothing in inference
declare("random_layers", "random", lambda: model((4, 6), L.SpatialDropout1D(.3), L.Dropout(.2, noise_shape=(None, 1, None), seed=3), L.GaussianDropout(.2), L.GaussianNoise(.1), L.AlphaDropout(.1), L.Dense(2, name="d")), random=True)
declare("image_layers", "random", lambda: model((9, 7, 3), L.Resizing(6, 8), L.CenterCrop(5, 5), L.Rescaling(2., -1.), L.RandomFlip(), L.RandomBrightness(.1), L.RandomZoom(.1), L.Conv2D(2, 2, name="c")), random=True)
declare("image_resizing_nearest", "random", lambda: model((9, 7, 3), L.Resizing(4, 12, interpolation="nearest"), L.Conv2D(2, 2, name="c")), random=True)
declare("image_resizing_crop", "random", lambda: model((9, 7, 3), L.Resizing(5, 6, crop_to_aspect_ratio=True), L.Conv2D(2, 2, name="c")), random=True)
declare("image_crop_resizes", "random", lambda: model((4, 7, 3), L.CenterCrop(6, 6), L.Conv2D(2, 2, name="c")), random=True)
declare("rescaling_lists", "random", lambda: model((4, 4, 3), L.Rescaling([1., 2., 3.], [.1, .2, .3]), L.Conv2D(2, 2, name="c")), random=True)


def main():
    out = sys.argv[1]
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    os.makedirs(out, exist_ok=True)
    failed = []
    for name, c in CASES.items():
        if only in name:
            try:
                build(name, c, out)
            except Exception as e:
                failed.append(name)
                shutil.rmtree(os.path.join(out, name), ignore_errors=True)
                print("NOT MADE", name, repr(e)[:200], flush=True)
    print(len(CASES) - len(failed), "cases;", len(failed), "could not be made by this Keras")


if __name__ == "__main__":
    main()
