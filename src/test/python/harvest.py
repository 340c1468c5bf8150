#!/usr/bin/env python
"""harvest.py OUT [--only TEXT] [--part]
harvest.py OUT --back FILES

Asks real Keras (TensorFlow, CPU) what Keras's own unit tests ask: each layer with its options, on
floats and whole numbers, with masks, other ranks and batches; losses, metrics and schedules on
literal numbers; optimizers over a few steps; whole models in files. The questions are those of the
tests under keras/src, in words of our own. dev.thaw.golden.HarvestedCases plays a folder of what
this writes. With --part only those cases are written that ride along with the build, in
src/test/resources/dev/thaw/golden/harvest. With --back Keras opens the files that HarvestedCases has written for the cases of
OUT, and compares what it predicts with what the case says.

OUT/GROUP.jsonl.gz holds a case per line, a JSON object:

    id, kind, class         kind: model, loss, metric, schedule or file
    json                    of a model, what model.to_json() says
    keras                   of a file, the bytes of a .keras in base 64
    weights                 all weights in Keras's order, before anything
    x, y                    inputs, and outputs with training=False
    y_train                 outputs with training=True, where the call draws nothing
    moved                   weights after that call, where it moved some
    step                    training: compile (compile_config), targets, sample_weight, losses (one
                            per step), after (all weights)
    object                  of a loss, metric or schedule, its configuration
    batches, value          of a loss or metric: y_true, y_pred, sample_weight; the result
    rates                   of a schedule: [step, rate] each

A tensor is {"s": shape, "t": "f4", "i4", .., "d": little-endian bytes in base 64}. Numbers depend
on the case's name alone, so that a new case leaves the others as they are."""

import base64
import gzip
import json
import os
import sys
import tempfile
import zlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import losses, metrics, ops  # noqa: E402
from keras import optimizers as O  # noqa: E402

F = "float32"
S = O.schedules
GROUPS = {}
RANDOM = ("Dropout", "Noise", "Random")


def packed(a):
    a = np.asarray(a)
    if a.dtype == bool or a.dtype.kind == "u":
        a = a.astype("i4")
    elif a.dtype.kind == "f":
        a = a.astype("f4")
    a = np.ascontiguousarray(a, a.dtype.newbyteorder("<")).reshape(a.shape)
    return {"s": list(a.shape), "t": a.dtype.str[1:], "d": base64.b64encode(a.tobytes()).decode()}


def arrays(t):
    return [np.asarray(keras.ops.convert_to_numpy(a)) for a in keras.tree.flatten(t)]


def add(group, name, make):
    """Declares a case: make(rng) returns its lines."""
    cases = GROUPS.setdefault(group, {})
    assert not any(name in g for g in GROUPS.values()), name
    cases[name] = make


def numbers(rng, shape, dtype=F, span=2.0):
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if not dtype.startswith("float"):
        return rng.integers(0, 9, shape).astype(dtype)
    n = int(np.prod(shape))
    values = (rng.permutation(n) + 0.3) / n * 2 * span - span
    return np.round(values, 3).astype(F).reshape(shape)


def shake(model, rng):
    """Weights of which each one counts."""
    for v in model.weights:
        if "count" in v.name or "seed" in v.name or v.dtype != F or v.path.startswith("normalization"):
            continue
        low = 0.4 if v.name in ("moving_variance", "variance", "moving_stddev", "renorm_stddev") else -1
        v.assign(np.round(rng.uniform(low, 1, v.shape), 2).astype(F))


def draws(layer):
    return any(r in l.__class__.__name__ for l in layer._flatten_layers() for r in RANDOM)


def slim(node):
    if isinstance(node, dict):
        return {k: slim(v) for k, v in node.items() if k not in ("build_config", "compile_config", "shared_object_id")}
    return [slim(v) for v in node] if isinstance(node, list) else node


def given(x):
    return x[0] if len(x) == 1 else x


def played(model, x, rng, kind, train=None, random=None, steps=1, optimizer=None, loss="mse", y=None,
           sample_weight=False, metrics=None):
    """What a model makes of x, in and after a step of training too."""
    line = {"weights": [packed(w) for w in model.get_weights()]}
    if kind == "file":
        with tempfile.TemporaryDirectory() as d:
            model.save(d + "/m.keras")
            line["keras"] = base64.b64encode(open(d + "/m.keras", "rb").read()).decode()
    else:
        line["json"] = json.dumps(slim(json.loads(model.to_json())))
    line["x"] = [packed(a) for a in x]
    before = model.get_weights()
    out = arrays(model(given(x), training=False))
    line["y"] = [packed(a) for a in out]
    if not (draws(model) if random is None else random):
        line["y_train"] = [packed(a) for a in arrays(model(given(x), training=True))]
        after = model.get_weights()
        if any(not np.array_equal(a, b) for a, b in zip(before, after)):
            line["moved"] = [packed(w) for w in after]
        model.set_weights(before)
        if train is not False and model.trainable_weights:
            ys = y(rng) if y else [np.round(rng.uniform(-1, 1, o.shape), 2).astype(F) for o in out]
            ys = ys if isinstance(ys, list) else [ys]
            model.compile(optimizer() if optimizer else O.SGD(1.0), loss, metrics=metrics, run_eagerly=True)
            sw = np.round(rng.uniform(0.2, 2, len(x[0])), 2).astype(F) if sample_weight else None
            config = json.loads(json.dumps(model.get_compile_config()))
            values = []
            for _ in range(steps):
                values.append(float(given(np.atleast_1d(model.train_on_batch(given(x), given(ys), sample_weight=sw)))
                                    if metrics is None else model.train_on_batch(given(x), given(ys), sample_weight=sw)[0]))
                model.reset_metrics()
            line["step"] = {"compile": {k: config[k] for k in ("optimizer", "loss", "metrics")},
                            "targets": [packed(t) for t in ys], "losses": values,
                            "sample_weight": None if sw is None else packed(sw),
                            "after": [packed(w) for w in model.get_weights()]}
    return line


def layer(name, make, *shapes, dtype=F, group="layers", probe=True, masks=None, span=2.0, batch=None,
          feed=None, feed_dtype=None, ends=False, **how):
    """A layer behind inputs of these shapes. A probe in front, a trainable number per element, makes the gradient
    with respect to the layer's input count. masks: dtypes of mask inputs, with their shapes."""
    def case(rng):
        dtypes = dtype if isinstance(dtype, list) else [dtype] * len(shapes)
        made = make()
        ins = [keras.Input(batch_shape=(batch,) + s[1:], dtype=t, name=f"x{i}") for i, (s, t) in enumerate(zip(shapes, dtypes))]
        hs = []
        for i, (h, t, s) in enumerate(zip(ins, dtypes, shapes)):
            if probe and t == F and how.get("train") is not False and None not in s[1:] and len(s) > 1 and not draws(made):
                h = L.PReLU(name=f"probe{i}")(h)
            hs.append(h)
        extra, mins = {}, []
        if masks:
            mins = [keras.Input(s[1:], dtype=t, name=f"mask{i}") for i, (s, t) in enumerate(masks)]
            extra = {"mask": given(mins)}
        out = made(given(hs), **extra)
        if ends:
            out = L.Flatten()(out)  # a mask goes no further
        model = keras.Model(given(ins + mins), out)
        shake(model, rng)
        real = feed or [tuple(3 if e is None else e for e in s) for s in shapes]
        x = []
        for s, t in zip(real, dtypes):
            a = numbers(rng, s, (feed_dtype or t), span)
            if probe and t == F and not feed_dtype and how.get("train") is not False and not draws(made):
                a = -np.abs(a) - np.float32(0.25)  # where PReLU multiplies
            x.append(a)
        for s, t in masks or []:
            m = rng.integers(0, 2, (real[0][0],) + tuple(s[1:]))
            m[..., 0] = 1
            x.append(m.astype(t))
        return {"class": made.__class__.__name__, **played(model, x, rng, "model", **how)}
    add(group, name, case)


def still(name, make, *shapes, **how):
    """A layer without a training step."""
    layer(name, make, *shapes, train=False, probe=False, **how)


def model(name, make, *shapes, group="models", dtype=F, kind="model", **how):
    def case(rng):
        m = make()
        shake(m, rng)
        dtypes = dtype if isinstance(dtype, list) else [dtype] * len(shapes)
        x = [numbers(rng, s, t) for s, t in zip(shapes, dtypes)]
        for a, t in zip(x, dtypes):
            if t != F:
                a[..., 0] = 1  # something counts in every row
        return {"class": m.__class__.__name__, **played(m, x, rng, kind, **how)}
    add(group, name, (lambda rng: {"kind": kind, **case(rng)}))


# --- Layers


def activations():
    for f in ("linear relu relu6 leaky_relu elu selu celu sigmoid tanh softplus softsign silu gelu hard_sigmoid hard_silu "
              "hard_tanh hard_shrink soft_shrink tanh_shrink sparse_plus sparse_sigmoid squareplus log_sigmoid "
              "log_softmax mish exponential softmax sparsemax glu").split():
        layer(f"activation_{f}", lambda f=f: L.Activation(f), (2, 6))
    layer("activation_3d", lambda: L.Activation("softmax"), (2, 3, 4))
    layer("elu", lambda: L.ELU(), (2, 3, 4))
    layer("elu_alpha", lambda: L.ELU(alpha=0.5), (2, 5))
    layer("leaky_relu", lambda: L.LeakyReLU(), (2, 3, 4))
    layer("leaky_relu_slope", lambda: L.LeakyReLU(negative_slope=0.5), (2, 5))
    layer("prelu", lambda: L.PReLU(), (2, 3, 4))
    layer("prelu_shared", lambda: L.PReLU(shared_axes=[1]), (2, 3, 4))
    layer("prelu_options", lambda: L.PReLU(alpha_initializer="glorot_uniform", alpha_regularizer="l1", alpha_constraint="max_norm", shared_axes=(1, 2)), (2, 2, 3, 4))
    layer("relu", lambda: L.ReLU(), (2, 3, 4))
    layer("relu_all", lambda: L.ReLU(max_value=1.5, negative_slope=0.3, threshold=0.2), (2, 9))
    layer("relu_max", lambda: L.ReLU(max_value=0.7), (2, 9))
    layer("softmax", lambda: L.Softmax(), (2, 3, 4))
    layer("softmax_axis", lambda: L.Softmax(axis=1), (2, 3, 4))
    layer("softmax_axes", lambda: L.Softmax(axis=(1, 2)), (2, 3, 4))
    for t in ("bool", F, "int32"):
        layer(f"softmax_mask_{t}", lambda: L.Softmax(), (3, 4), masks=[((3, 4), t)], ends=True)
    layer("softmax_mask_axes", lambda: L.Softmax(axis=(1, 2)), (2, 3, 4), masks=[((2, 3, 4), "bool")], ends=True)
    layer("softmax_mask_axis_1", lambda: L.Softmax(axis=1), (2, 3, 4), masks=[((2, 3, 4), "bool")], ends=True)
    layer("softmax_mask_broadcast", lambda: L.Softmax(), (2, 3, 4), masks=[((2, 1, 4), "bool")], ends=True)
    for n, make in dict(relu=L.ReLU, leaky_relu=L.LeakyReLU).items():
        layer(f"{n}_of_ints", lambda make=make: make(), (2, 4), dtype="int32")


def convolutions():
    for rank in (1, 2, 3):
        conv, up, shape = getattr(L, f"Conv{rank}D"), getattr(L, f"Conv{rank}DTranspose"), (2,) + (5, 4, 3)[:rank] + (2,)
        layer(f"conv{rank}d", lambda c=conv: c(3, 2), shape)
        layer(f"conv{rank}d_same_strides", lambda c=conv: c(2, 3, strides=2, padding="same", activation="relu"), shape)
        layer(f"conv{rank}d_dilated", lambda c=conv: c(2, 2, dilation_rate=2, use_bias=False), shape)
        layer(f"conv{rank}d_same", lambda c=conv: c(4, 2, padding="same", groups=1), shape)
        layer(f"conv{rank}d_transpose", lambda c=up: c(2, 2), shape)
        layer(f"conv{rank}d_transpose_same", lambda c=up: c(2, 3, strides=2, padding="same"), shape)
        layer(f"conv{rank}d_transpose_strides", lambda c=up: c(2, 2, strides=3, activation="sigmoid"), shape)
        layer(f"conv{rank}d_transpose_padding", lambda c=up: c(2, 3, strides=2, padding="same", output_padding=1), shape)
    layer("conv1d_causal", lambda: L.Conv1D(2, 3, padding="causal"), (2, 6, 2))
    layer("conv1d_causal_dilated", lambda: L.Conv1D(2, 3, padding="causal", dilation_rate=2), (2, 6, 2))
    layer("conv2d_rectangular", lambda: L.Conv2D(3, (1, 3), strides=(2, 1), padding="same"), (2, 5, 6, 2))
    layer("conv2d_regularized", lambda: L.Conv2D(2, 2, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2"), (2, 4, 4, 2))
    layer("conv2d_constrained", lambda: L.Conv2D(2, 2, kernel_constraint="max_norm", bias_constraint="non_neg"), (2, 4, 4, 2))
    for rank in (1, 2):
        d, s, shape = getattr(L, f"DepthwiseConv{rank}D"), getattr(L, f"SeparableConv{rank}D"), (2,) + (6, 5)[:rank] + (3,)
        layer(f"depthwise_conv{rank}d", lambda d=d: d(2), shape)
        layer(f"depthwise_conv{rank}d_multiplier", lambda d=d: d(3, depth_multiplier=2, padding="same", activation="tanh"), shape)
        layer(f"depthwise_conv{rank}d_strides", lambda d=d: d(3, strides=2, padding="same", use_bias=False), shape)
        layer(f"depthwise_conv{rank}d_dilated", lambda d=d: d(2, dilation_rate=2), shape)
        layer(f"separable_conv{rank}d", lambda s=s: s(2, 2), shape)
        layer(f"separable_conv{rank}d_multiplier", lambda s=s: s(3, 3, depth_multiplier=2, padding="same", activation="relu"), shape)
        layer(f"separable_conv{rank}d_strides", lambda s=s: s(2, 3, strides=2, padding="same", use_bias=False), shape)


def core():
    layer("dense", lambda: L.Dense(4), (2, 3))
    layer("dense_3d", lambda: L.Dense(4, activation="relu"), (2, 3, 5))
    layer("dense_4d", lambda: L.Dense(2, use_bias=False), (2, 2, 3, 4))
    layer("dense_regularized", lambda: L.Dense(3, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), bias_regularizer="l2", activity_regularizer="l1"), (2, 4))
    layer("dense_constrained", lambda: L.Dense(3, kernel_constraint="unit_norm", bias_constraint="non_neg"), (2, 4))
    for t in ("uint8", "int32", "int64", "bool"):
        layer(f"dense_of_{t}", lambda: L.Dense(3), (2, 4), dtype=t)
    layer("embedding", lambda: L.Embedding(9, 3), (2, 4), dtype="int32")
    layer("embedding_3d", lambda: L.Embedding(9, 2, embeddings_regularizer="l2"), (2, 2, 3), dtype="int64")
    layer("embedding_of_floats", lambda: L.Embedding(9, 3), (2, 4), dtype="int32", feed_dtype="int64")
    layer("embedding_constrained", lambda: L.Embedding(9, 3, embeddings_constraint="unit_norm"), (2, 4), dtype="int32")
    layer("embedding_uint8", lambda: L.Embedding(9, 3), (2, 4), dtype="uint8")
    layer("embedding_mask_zero", lambda: L.Embedding(9, 3, mask_zero=True), (2, 4), dtype="int32")
    layer("identity", lambda: L.Identity(), (2, 3))
    layer("masking", lambda: L.Masking(), (2, 3, 2))
    layer("masking_value", lambda: L.Masking(mask_value=3), (2, 3, 1), dtype="int32")
    layer("masking_of_ints", lambda: L.Masking(), (2, 3, 1), dtype="int32")
    layer("time_distributed_dense", lambda: L.TimeDistributed(L.Dense(2)), (2, 3, 4))
    layer("time_distributed_conv", lambda: L.TimeDistributed(L.Conv2D(2, 2)), (2, 2, 3, 3, 2))
    layer("time_distributed_bn", lambda: L.TimeDistributed(L.BatchNormalization()), (3, 2, 4))
    layer("time_distributed_of_ints", lambda: L.TimeDistributed(L.Dense(2)), (2, 3, 4), dtype="int32")
    layer("time_distributed_embedding", lambda: L.TimeDistributed(L.Embedding(9, 2)), (2, 3, 4), dtype="int32")
    layer("time_distributed_flatten", lambda: L.TimeDistributed(L.Flatten()), (2, 3, 2, 2))


def merging():
    for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        make = getattr(L, cls)
        n = cls.lower()
        layer(n, lambda m=make: m(), (2, 4, 5), (2, 4, 5))
        layer(n + "_declared", lambda m=make: m(), (2, 4, 3), (2, 4, 3), batch=2)
        still(n + "_of_ints", lambda m=make: m(), (2, 3), (2, 3), dtype="int32")
        still(n + "_mixed", lambda m=make: m(), (2, 3), (2, 3), dtype=["int32", F])
        if cls not in ("Subtract",):
            layer(n + "_three", lambda m=make: m(), (2, 3), (2, 3), (2, 3))
        if cls not in ("Concatenate",):
            layer(n + "_broadcast", lambda m=make: m(), (2, 3, 4), (2, 1, 4))
        model(n + "_masked", lambda m=make: masked_merge(m(), 2), (3, 4, 2), (3, 4, 2), group="masks")
        model(n + "_masked_once", lambda m=make: masked_merge(m(), 1), (3, 4, 2), (3, 4, 2), group="masks")
    layer("concatenate_axis_1", lambda: L.Concatenate(axis=1), (2, 2, 3), (2, 4, 3))
    layer("dot", lambda: L.Dot(axes=-1), (2, 4), (2, 4))
    layer("dot_3d", lambda: L.Dot(axes=-1), (2, 4, 5), (2, 4, 5))
    layer("dot_axes", lambda: L.Dot(axes=(2, 1)), (2, 3, 4), (2, 4, 2))
    layer("dot_normalize", lambda: L.Dot(axes=1, normalize=True), (2, 4), (2, 4))
    still("dot_of_ints", lambda: L.Dot(axes=1), (2, 4), (2, 4), dtype="int32")
    layer("dot_higher", lambda: L.Dot(axes=(-2, -1)), (1, 3, 2), (1, 1, 2, 3))


def masked_merge(merge, masked):
    a, b = keras.Input((4, 2)), keras.Input((4, 2))
    p, q = L.Masking(mask_value=0.5)(L.Dense(2, name="d1")(a)), L.Dense(2, name="d2")(b)
    p = L.BatchNormalization(name="bn1")(p)
    q = L.Masking(mask_value=-0.5)(q) if masked > 1 else q
    merge.name = "joined"  # Keras does not open a model whose mask goes through a layer named concatenate
    return keras.Model([a, b], L.BatchNormalization(name="bn")(merge([p, q])))


def adapted():
    n = L.Normalization(axis=-1)
    n.adapt(np.array([[1, 2, 3], [2, 5, 3.5], [0, 1, 9]], F))
    return n


def normalization():
    B, LN, G = L.BatchNormalization, L.LayerNormalization, L.GroupNormalization
    layer("bn", lambda: B(), (5, 3))
    layer("bn_3d", lambda: B(center=False, scale=False), (5, 2, 3))
    layer("bn_4d", lambda: B(momentum=0.8, epsilon=0.01), (3, 2, 2, 3))
    layer("bn_regularized", lambda: B(beta_regularizer="l2", gamma_regularizer="l2"), (5, 2, 3))
    layer("bn_constrained", lambda: B(beta_constraint="non_neg", gamma_constraint="max_norm"), (5, 3))
    layer("bn_axis_1", lambda: B(axis=1), (4, 3, 2))
    layer("bn_axis_minus_2", lambda: B(axis=-2, gamma_initializer="zeros"), (4, 3, 2))
    layer("bn_renorm", lambda: B(renorm=True), (5, 3))
    layer("bn_renorm_clipping", lambda: B(renorm=True, renorm_clipping={"rmax": 1.5, "rmin": 0.6, "dmax": 0.3}, renorm_momentum=0.7), (5, 3))
    layer("bn_renorm_3d", lambda: B(renorm=True, center=False, scale=False), (4, 2, 3))
    layer("bn_of_ints", lambda: B(), (5, 3), dtype="int32")
    layer("bn_momentum_0", lambda: B(momentum=0.0), (5, 3))
    for t in ("bool", F, "int32"):
        layer(f"bn_mask_{t}", lambda: B(), (3, 4, 2), masks=[((3, 4), t)])
    layer("bn_mask_4d", lambda: B(momentum=0.5), (2, 3, 2, 2), masks=[((2, 3, 2), "bool")])
    layer("bn_mask_renorm", lambda: B(renorm=True), (3, 4, 2), masks=[((3, 4), "bool")])
    layer("bn_frozen", lambda: B(trainable=False), (5, 3))
    layer("ln", lambda: LN(), (3, 4))
    layer("ln_axes", lambda: LN(axis=(-3, -2, -1)), (2, 3, 2, 2))
    layer("ln_axis_list", lambda: LN(axis=[-1], epsilon=0.1), (3, 4))
    layer("ln_no_scale", lambda: LN(scale=False, beta_regularizer="l2"), (2, 3, 4))
    layer("ln_no_center", lambda: LN(center=False, gamma_constraint="non_neg"), (2, 3, 4))
    layer("ln_rms_scaling", lambda: LN(rms_scaling=True), (3, 4))
    layer("ln_rms_scaling_axes", lambda: LN(rms_scaling=True, axis=(1, 2)), (2, 3, 4))
    layer("ln_rms_scaling_alone", lambda: LN(rms_scaling=True, center=False, scale=False, epsilon=0.01), (2, 3, 4))
    layer("gn", lambda: G(groups=2), (2, 3, 4))
    layer("gn_instance", lambda: G(groups=-1), (2, 3, 4))
    layer("gn_axis_1", lambda: G(groups=2, axis=1), (2, 4, 3))
    layer("gn_one", lambda: G(groups=1, center=False, scale=False), (2, 4))
    layer("gn_4d", lambda: G(groups=3, beta_regularizer="l1", epsilon=0.01), (2, 2, 2, 6))
    layer("rms", lambda: L.RMSNormalization(), (2, 3, 4))
    layer("rms_axis", lambda: L.RMSNormalization(axis=-1, epsilon=0.1), (3, 4))
    layer("rms_axes", lambda: L.RMSNormalization(axis=(1, 2)), (2, 3, 4))
    layer("unit", lambda: L.UnitNormalization(), (2, 3, 4))
    layer("unit_axes", lambda: L.UnitNormalization(axis=(1, 2)), (2, 3, 4))
    layer("unit_axis_1", lambda: L.UnitNormalization(axis=1), (2, 3, 4))
    still("normalization", lambda: L.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 0.5]), (2, 3))
    still("normalization_invert", lambda: L.Normalization(mean=1.0, variance=2.0, invert=True, axis=None), (2, 3))
    still("normalization_of_ints", lambda: L.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 0.5]), (2, 3), dtype="int32")
    still("normalization_adapted", adapted, (2, 3))


def pooling():
    for rank in (1, 2, 3):
        shape = (2,) + (6, 5, 4)[:rank] + (2,)
        for kind in ("Max", "Average"):
            p, g = getattr(L, f"{kind}Pooling{rank}D"), getattr(L, f"Global{kind}Pooling{rank}D")
            n = f"{kind.lower()}_pooling{rank}d"
            layer(n, lambda p=p: p(2), shape)
            layer(n + "_same", lambda p=p: p(3, strides=2, padding="same"), shape)
            layer(n + "_strides_1", lambda p=p: p(2, strides=1), shape)
            layer(n + "_first", lambda p=p: p(2, data_format="channels_first"), (2, 2) + (6, 5, 4)[:rank], train=False)
            layer("global_" + n, lambda g=g: g(), shape)
            layer("global_" + n + "_keepdims", lambda g=g: g(keepdims=True), shape)
            layer("global_" + n + "_first", lambda g=g: g(data_format="channels_first"), shape)
            still("global_" + n + "_of_ints", lambda g=g: g(), shape, dtype="int32")
    for t in ("bool", F, "int32"):
        layer(f"global_average_pooling1d_mask_{t}", lambda: L.GlobalAveragePooling1D(), (2, 4, 3), masks=[((2, 4), t)])
    layer("global_average_pooling1d_mask_keepdims", lambda: L.GlobalAveragePooling1D(keepdims=True), (2, 4, 3), masks=[((2, 4), "bool")])
    layer("global_average_pooling1d_mask_first", lambda: L.GlobalAveragePooling1D(data_format="channels_first"), (2, 3, 4), masks=[((2, 4), "int32")])
    still("max_pooling2d_of_ints", lambda: L.MaxPooling2D(2), (2, 4, 4, 2), dtype="int32")
    layer("max_pooling2d_sizes", lambda: L.MaxPooling2D((2, 1), strides=(1, 2), padding="same"), (2, 4, 5, 2))
    layer("average_pooling2d_sizes", lambda: L.AveragePooling2D((3, 2), strides=(2, 1), padding="same"), (2, 5, 4, 2))


def reshaping():
    for first in (False, True):
        end = dict(data_format="channels_first") if first else {}
        e = "_first" if first else ""
        layer("cropping2d" + e, lambda k=end: L.Cropping2D(((1, 0), (1, 1)), **k), (2, 3, 4, 3))
        layer("cropping3d" + e, lambda k=end: L.Cropping3D(((1, 0), (0, 1), (1, 0)), **k), (2, 3, 3, 3, 3))
        layer("zero_padding2d" + e, lambda k=end: L.ZeroPadding2D(((1, 0), (2, 1)), **k), (2, 2, 3, 2))
        layer("zero_padding3d" + e, lambda k=end: L.ZeroPadding3D(((1, 0), (0, 2), (1, 1)), **k), (1, 2, 2, 2, 2))
        layer("up_sampling2d" + e, lambda k=end: L.UpSampling2D((2, 3), **k), (2, 2, 3, 2))
        layer("up_sampling3d" + e, lambda k=end: L.UpSampling3D((2, 1, 2), **k), (1, 2, 2, 2, 2))
        layer("flatten" + e, lambda k=end: L.Flatten(**k), (2, 3, 2, 4))
        layer("up_sampling2d_bilinear" + e, lambda k=end: L.UpSampling2D(2, interpolation="bilinear", **k), (2, 3, 3, 2))
    for f in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        layer(f"up_sampling2d_wide_{f}", lambda f=f: L.UpSampling2D((1, 2), interpolation=f), (1, 4, 3, 2))
        still(f"up_sampling2d_{f}_of_ints", lambda f=f: L.UpSampling2D((2, 2), interpolation=f), (1, 4, 3, 2), dtype="int32")
    layer("cropping1d", lambda: L.Cropping1D((1, 2)), (2, 5, 3))
    layer("cropping1d_one", lambda: L.Cropping1D(1), (2, 5, 3))
    layer("zero_padding1d", lambda: L.ZeroPadding1D((1, 2)), (2, 3, 2))
    layer("up_sampling1d", lambda: L.UpSampling1D(2), (2, 3, 2))
    layer("permute", lambda: L.Permute((2, 1)), (2, 3, 4))
    layer("permute_3", lambda: L.Permute((3, 1, 2)), (2, 3, 4, 2))
    layer("repeat_vector", lambda: L.RepeatVector(3), (2, 4))
    layer("reshape", lambda: L.Reshape((4, 3)), (2, 3, 4))
    layer("reshape_open", lambda: L.Reshape((-1, 2)), (2, 3, 4))
    layer("reshape_one", lambda: L.Reshape((8, 1)), (2, 8))
    still("reshape_unknown", lambda: L.Reshape((-1, 3)), (2, None, 6))
    still("flatten_unknown", lambda: L.Flatten(), (2, None, 3))
    for n, make, shape in [
        ("cropping1d", lambda: L.Cropping1D(1), (2, 5, 3)), ("cropping2d", lambda: L.Cropping2D(1), (2, 3, 4, 2)),
        ("cropping3d", lambda: L.Cropping3D(1), (1, 3, 3, 3, 2)), ("zero_padding1d", lambda: L.ZeroPadding1D(2), (2, 3, 2)),
        ("zero_padding2d", lambda: L.ZeroPadding2D(1), (1, 2, 2, 2)), ("zero_padding3d", lambda: L.ZeroPadding3D(1), (1, 2, 2, 2, 1)),
        ("up_sampling1d", lambda: L.UpSampling1D(2), (2, 3, 2)), ("up_sampling3d", lambda: L.UpSampling3D(2), (1, 2, 2, 2, 1)),
        ("flatten", lambda: L.Flatten(), (2, 3, 2)), ("permute", lambda: L.Permute((2, 1)), (2, 3, 4)),
        ("repeat_vector", lambda: L.RepeatVector(2), (2, 4)), ("reshape", lambda: L.Reshape((-1, 2)), (2, 3, 4)),
        ("identity", lambda: L.Identity(), (2, 3)),
    ]:
        still(n + "_of_ints", make, shape, dtype="int32")


def regularization():
    for n, make in dict(
        dropout=lambda: L.Dropout(0.3), alpha_dropout=lambda: L.AlphaDropout(0.3), gaussian_dropout=lambda: L.GaussianDropout(0.3),
        gaussian_noise=lambda: L.GaussianNoise(0.3), dropout_seed=lambda: L.Dropout(0.5, seed=7, noise_shape=(2, 1, 3)),
    ).items():
        still(n, make, (2, 4, 3))
        still(n + "_of_ints", make, (2, 4, 3), dtype="int32")
    for rank, shape in ((1, (2, 4, 3)), (2, (2, 3, 2, 3)), (3, (2, 2, 2, 2, 3))):
        still(f"spatial_dropout{rank}d", lambda r=rank: getattr(L, f"SpatialDropout{r}D")(0.5), shape)
    for n, make in dict(dropout_0=lambda: L.Dropout(0), dropout_1=lambda: L.Dropout(1.0, seed=1), alpha_dropout_0=lambda: L.AlphaDropout(0.0),
                        gaussian_dropout_0=lambda: L.GaussianDropout(0), gaussian_noise_0=lambda: L.GaussianNoise(0.0),
                        spatial_dropout1d_1=lambda: L.SpatialDropout1D(1.0)).items():
        layer(n, make, (2, 4, 3), random=False, train=False, probe=False)
    layer("activity_regularization", lambda: L.ActivityRegularization(l1=0.1, l2=0.2), (2, 3))
    layer("activity_regularization_l1", lambda: L.ActivityRegularization(l1=0.5), (2, 3, 4))


def images():
    shape = (2, 5, 6, 3)
    for t in (F, "uint8"):
        e = "" if t == F else "_of_uint8"
        for f in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
            still(f"resizing_{f}{e}", lambda f=f: L.Resizing(3, 7, interpolation=f), shape, dtype=t)
        still("resizing_crop" + e, lambda: L.Resizing(4, 3, crop_to_aspect_ratio=True), shape, dtype=t)
        if t == F:  # Keras cannot pad whole numbers with its own default, 0.0
            still("resizing_pad", lambda: L.Resizing(4, 9, pad_to_aspect_ratio=True, fill_value=1.0), shape)
        still("center_crop" + e, lambda: L.CenterCrop(3, 4), shape, dtype=t)
        still("center_crop_larger" + e, lambda: L.CenterCrop(7, 8), shape, dtype=t)
        still("rescaling" + e, lambda: L.Rescaling(1 / 255.0, offset=0.5), shape, dtype=t)
        still("rescaling_lists" + e, lambda: L.Rescaling([0.1, 0.2, 0.3], offset=[1.0, 0.0, -1.0]), shape, dtype=t)
        for n, make in dict(
            flip=lambda: L.RandomFlip(), rotation=lambda: L.RandomRotation(0.2), zoom=lambda: L.RandomZoom(0.2, 0.1), contrast=lambda: L.RandomContrast(0.3),
            brightness=lambda: L.RandomBrightness(0.2), translation=lambda: L.RandomTranslation(0.2, 0.3),
        ).items():
            still(f"random_{n}{e}", make, shape, dtype=t)
        for mode in ("reflect", "wrap", "constant", "nearest"):
            for f in ("bilinear", "nearest"):
                if t == F or f == "bilinear":
                    # bounds that leave nothing to chance, and pixels that float32 holds exactly
                    layer(f"moved_{mode}_{f}{e}", lambda m=mode, f=f: L.RandomTranslation((0.25, 0.25), (-0.5, -0.5), fill_mode=m, interpolation=f, fill_value=0.25), (1, 4, 6, 2), dtype=t, random=False, train=False, probe=False)
                    layer(f"zoomed_{mode}_{f}{e}", lambda m=mode, f=f: L.RandomZoom((-0.25, -0.25), (0.5, 0.5), fill_mode=m, interpolation=f), (1, 5, 6, 2), dtype=t, random=False, train=False, probe=False)
                    layer(f"turned_{mode}_{f}{e}", lambda m=mode, f=f: L.RandomRotation((0.125, 0.125), fill_mode=m, interpolation=f), (1, 5, 6, 2), dtype=t, random=False, train=False, probe=False)
        layer("brightened" + e, lambda: L.RandomBrightness((0.3, 0.3)), (1, 3, 3, 2), dtype=t, random=False, train=False, probe=False)
        layer("brightened_range" + e, lambda: L.RandomBrightness((-0.45, -0.45), value_range=(0, 8)), (1, 3, 3, 2), dtype=t.replace("uint8", "int32"), random=False, train=False, probe=False)
        if t == F:
            layer("contrasted_range", lambda: L.RandomContrast(0.0, value_range=(0, 8)), (1, 3, 3, 2), dtype=t, random=False, train=False, probe=False)
    layer("random_crop_of_everything", lambda: L.RandomCrop(4, 5), (2, 4, 5, 2), random=False, train=False, probe=False)


# --- What models take: types, ranks, batches, masks


def entrance():
    def net(*shape, dtype=F, batch=None, row=None):
        x = keras.Input(batch_shape=(batch,) + shape, dtype=dtype)
        y = x
        for l in row or [L.Dense(3, name="a", activation="tanh"), L.Dense(2, name="b")]:
            y = l(y)
        return keras.Model(x, y)

    def entering(name, make, x, **how):
        def case(rng):
            m = make()
            shake(m, rng)
            return {"class": m.__class__.__name__, **played(m, [x(rng)], rng, "model", **how)}
        add("entrance", name, case)

    for t in ("uint8", "int32", "int64", "bool"):
        entering(f"{t}_into_floats", lambda: net(4), lambda r, t=t: numbers(r, (3, 4), t))
        entering(f"{t}_declared", lambda t=t: net(4, dtype=t), lambda r, t=t: numbers(r, (3, 4), t))
    entering("whole_floats_into_ints", lambda: net(4, dtype="int32", row=[L.Embedding(9, 3), L.Flatten(), L.Dense(2)]), lambda r: numbers(r, (3, 4), "int32").astype(F))
    entering("uint8_image", lambda: net(5, 5, 3, dtype="uint8", row=[L.Rescaling(1 / 255.0), L.Conv2D(2, 3), L.GlobalAveragePooling2D(), L.Dense(2)]), lambda r: numbers(r, (2, 5, 5, 3), "uint8"))
    entering("uint8_into_resizing", lambda: net(5, 5, 3, row=[L.Resizing(4, 4), L.Conv2D(2, 3), L.Flatten()]), lambda r: numbers(r, (2, 5, 5, 3), "uint8"))
    entering("rank_too_high", lambda: net(4), lambda r: numbers(r, (3, 4, 1)))
    entering("rank_too_low", lambda: net(4, 1, row=[L.Conv1D(2, 2), L.Flatten(), L.Dense(2)]), lambda r: numbers(r, (3, 4)))
    entering("rank_too_low_ids", lambda: net(1, dtype="int32", row=[L.Embedding(9, 3), L.Flatten(), L.Dense(2)]), lambda r: numbers(r, (5,), "int32"))
    entering("rank_too_high_image", lambda: net(4, 4, row=[L.Reshape((4, 4, 1)), L.Conv2D(2, 2), L.Flatten()]), lambda r: numbers(r, (2, 4, 4, 1)))
    entering("rank_too_high_ints", lambda: net(4), lambda r: numbers(r, (3, 4, 1), "int32"))
    entering("rank_sequential", lambda: keras.Sequential([keras.Input((4,)), L.Dense(2, name="a")]), lambda r: numbers(r, (3, 4, 1)))
    entering("batch_shorter", lambda: net(4, batch=8), lambda r: numbers(r, (3, 4)))
    entering("batch_longer", lambda: net(4, batch=2), lambda r: numbers(r, (5, 4)))
    entering("batch_of_one", lambda: net(4, 2, batch=4, row=[L.Flatten(), L.Dense(2), L.BatchNormalization()]), lambda r: numbers(r, (1, 4, 2)))
    entering("batch_sequential", lambda: keras.Sequential([keras.Input(batch_shape=(6, 4)), L.Dense(2, name="a"), L.Dense(3, name="b")]), lambda r: numbers(r, (4, 4)))
    entering("unknown_extent", lambda: net(None, 3, row=[L.Conv1D(2, 2), L.GlobalMaxPooling1D(), L.Dense(2)]), lambda r: numbers(r, (2, 7, 3)))
    entering("nested_rank", lambda: net(4, 1, row=[net(4), L.Dense(2, name="c")]), lambda r: numbers(r, (3, 4, 1)))
    entering("nested_ints", lambda: net(4, dtype="int32", row=[net(4), L.Dense(2, name="c")]), lambda r: numbers(r, (3, 4), "int32"))
    entering("layer_dtypes", lambda: net(4, row=[L.Dense(3, name="a", dtype="float64"), L.Activation("tanh", dtype="float32"), L.Dense(2, name="b", dtype=keras.DTypePolicy("float64"))]), lambda r: numbers(r, (3, 4)), train=False)
    entering("layer_dtype_of_a_norm", lambda: net(4, row=[L.LayerNormalization(dtype="float64"), L.BatchNormalization(dtype="float64"), L.Dense(2, name="b")]), lambda r: numbers(r, (5, 4)), train=False)
    entering("layer_dtype_of_pooling", lambda: net(4, 2, row=[L.Conv1D(2, 2, dtype="float32"), L.GlobalAveragePooling1D(dtype="float64"), L.Dense(2, name="b", dtype="float64")]), lambda r: numbers(r, (5, 4, 2)), train=False)

    def ints_through(name, *row, shape=(2, 3, 4)):
        entering("ints_through_" + name, lambda: net(*shape[1:], dtype="int32", row=[f() for f in row]), lambda r: numbers(r, shape, "int32"))

    ints_through("flatten", L.Flatten, lambda: L.Dense(2))
    ints_through("reshape", lambda: L.Reshape((4, 3)), lambda: L.Embedding(9, 2), L.Flatten, lambda: L.Dense(2))
    ints_through("permute", lambda: L.Permute((2, 1)), lambda: L.Dense(2))
    ints_through("pooling", L.GlobalAveragePooling1D, lambda: L.Dense(2))
    ints_through("masking", L.Masking, L.BatchNormalization, L.GlobalAveragePooling1D, lambda: L.Dense(2))


def masks():
    def ids(**options):
        return keras.Input((4,), dtype="int32", name="ids"), L.Embedding(9, 3, name="e", **options)

    def m(name, make, *shapes, **how):
        model(name, make, *shapes, group="masks", **how)

    def travels(*row, shape=(4, 3)):
        def make():
            x = keras.Input(shape)
            y = L.Masking(mask_value=0.5)(x)
            for f in row:
                y = f()(y)
            return keras.Model(x, y)
        return make

    def shut(rng, x):
        x[0, 1] = x[1, 0] = x[1, 3] = 0.5
        return x

    def masked(name, *row, **how):
        def case(rng):
            model = travels(*row)()
            shake(model, rng)
            return {"kind": "model", "class": "Masking", **played(model, [shut(rng, numbers(rng, (3, 4, 3)))], rng, "model", **how)}
        add("masks", name, case)

    masked("mask_into_pooling", L.GlobalAveragePooling1D, lambda: L.Dense(2))
    masked("mask_into_bn", lambda: L.BatchNormalization(momentum=0.0))
    masked("mask_through_dense", lambda: L.Dense(3, activation="relu"), lambda: L.Dropout(0), L.GlobalAveragePooling1D, lambda: L.Dense(2))
    masked("mask_through_activation", lambda: L.Activation("tanh"), L.BatchNormalization)
    masked("mask_through_ln", L.LayerNormalization, L.BatchNormalization)
    masked("mask_ends_at_conv", lambda: L.Conv1D(2, 2), L.BatchNormalization)
    masked("mask_through_time_distributed", lambda: L.TimeDistributed(L.Dense(2)), L.GlobalAveragePooling1D)
    masked("mask_ends_at_flatten", L.Flatten, lambda: L.Dense(2))
    masked("mask_and_the_loss", lambda: L.Dense(2))

    def by_hand(kind):
        def make():
            x, e = ids()
            h = e(x)
            mask = {"not_equal": lambda: ops.not_equal(x, 3), "greater": lambda: ops.greater(x, 2), "cast": lambda: ops.cast(ops.not_equal(x, 0), "float32"),
                    "zero": lambda: ops.not_equal(x, 0), "and": lambda: ops.logical_and(ops.not_equal(x, 0), ops.less(x, 7)),
                    "or": lambda: ops.logical_or(ops.equal(x, 1), ops.greater_equal(x, 5)), "not": lambda: ops.logical_not(ops.equal(x, 2)),
                    "less_equal": lambda: ops.less_equal(x, 5)}[kind]()
            h = L.BatchNormalization(name="bn")(h, mask=mask)
            return keras.Model(x, L.Dense(2, name="d")(L.GlobalAveragePooling1D()(h, mask=mask)))
        return make

    for kind in ("not_equal", "greater", "cast", "zero", "and", "or", "not", "less_equal"):
        m(f"mask_by_{kind}", by_hand(kind), (5, 4), dtype="int32")

    def both():
        x, e = ids(mask_zero=True)
        other = keras.Input((4,), dtype="bool", name="mask")
        h = e(x)
        return keras.Model([x, other], L.Dense(2, name="d")(L.Concatenate()([L.GlobalAveragePooling1D()(h), L.GlobalAveragePooling1D()(h, mask=other)])))

    m("mask_of_its_own_and_another", both, (5, 4), (5, 4), dtype=["int32", "bool"])

    def inner():
        a = keras.Input((4, 3))
        n = keras.Model(a, L.Dense(2, name="d")(L.GlobalAveragePooling1D()(L.Dense(3, name="i")(L.Masking(mask_value=0.5)(a)))))
        x = keras.Input((4, 3))
        return keras.Model(x, n(L.Dense(3, name="o")(x)))

    m("mask_in_a_nested_model", inner, (3, 4, 3))


# --- Whole models, optimizers


def small(**kw):
    return keras.Sequential([keras.Input((5,)), L.Dense(6, activation="tanh", name="a", **kw), L.BatchNormalization(name="bn"), L.Dense(3, name="b")])


def models():
    for n, o in dict(
        sgd=lambda: O.SGD(0.1), sgd_momentum=lambda: O.SGD(0.1, momentum=0.9), sgd_nesterov=lambda: O.SGD(0.1, momentum=0.9, nesterov=True),
        sgd_clipnorm=lambda: O.SGD(1.0, clipnorm=0.1), sgd_clipvalue=lambda: O.SGD(1.0, clipvalue=0.02), sgd_global_clipnorm=lambda: O.SGD(1.0, global_clipnorm=0.2),
        sgd_weight_decay=lambda: O.SGD(0.1, weight_decay=0.02), sgd_ema=lambda: O.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2),
        sgd_accumulate=lambda: O.SGD(0.1, gradient_accumulation_steps=2), adam=lambda: O.Adam(0.05), adam_amsgrad=lambda: O.Adam(0.05, amsgrad=True),
        adam_betas=lambda: O.Adam(0.05, beta_1=0.8, beta_2=0.9, epsilon=1e-3), adamw=lambda: O.AdamW(0.05, weight_decay=0.1), adamax=lambda: O.Adamax(0.05),
        adagrad=lambda: O.Adagrad(0.1), adagrad_start=lambda: O.Adagrad(0.1, initial_accumulator_value=0.5), adadelta=lambda: O.Adadelta(1.0, rho=0.8),
        nadam=lambda: O.Nadam(0.05), rmsprop=lambda: O.RMSprop(0.02), rmsprop_all=lambda: O.RMSprop(0.02, momentum=0.5, centered=True),
        ftrl=lambda: O.Ftrl(0.1), ftrl_all=lambda: O.Ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02, l2_shrinkage_regularization_strength=0.01, beta=0.1),
        lion=lambda: O.Lion(0.01), adam_exponential=lambda: O.Adam(S.ExponentialDecay(0.1, 2, 0.5)), sgd_cosine=lambda: O.SGD(S.CosineDecay(0.1, 4, warmup_target=0.2, warmup_steps=2)),
        loss_scale=lambda: O.SGD(0.1, loss_scale_factor=4.0),
    ).items():
        model("optimizer_" + n, lambda: small(), (8, 5), group="optimizers", optimizer=o, steps=4)
    model("regularized", lambda: small(kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), bias_constraint="non_neg"), (8, 5), steps=3)
    model("sample_weights", lambda: small(), (8, 5), steps=2, sample_weight=True)

    def siamese():
        tower = keras.Sequential([keras.Input((4,)), L.Dense(3, activation="relu", name="t")], name="tower")
        a, b = keras.Input((4,)), keras.Input((4,))
        return keras.Model([a, b], L.Dense(1, name="d")(ops.absolute(tower(a) - tower(b))))

    def residual():
        x = keras.Input((4, 4, 2))
        y = L.Conv2D(2, 3, padding="same", name="c1")(x)
        y = L.BatchNormalization(name="bn")(y)
        y = L.Add()([x, L.ReLU()(y)])
        return keras.Model(x, L.Dense(2, name="d")(L.GlobalAveragePooling2D()(y)))

    def heads():
        x = keras.Input((4,))
        y = L.Dense(5, activation="gelu", name="a")(x)
        return keras.Model(x, [L.Dense(2, name="p")(y), L.Dense(1, activation="sigmoid", name="q")(y)])

    def frozen():
        m = small()
        m.layers[0].trainable = False
        m.layers[1].trainable = False
        return m

    def shared():
        d, x = L.Dense(4, name="s"), keras.Input((4,))
        return keras.Model(x, d(L.ReLU()(d(x))))

    for kind in ("model", "file"):
        e = "" if kind == "model" else "_file"
        model("siamese" + e, siamese, (3, 4), (3, 4), kind=kind)
        model("residual" + e, residual, (3, 4, 4, 2), kind=kind)
        model("heads" + e, heads, (3, 4), kind=kind, loss=["mse", "binary_crossentropy"],
              y=lambda r: [numbers(r, (3, 2)), r.integers(0, 2, (3, 1)).astype(F)], metrics=[["mae"], ["accuracy"]])
        model("frozen" + e, frozen, (6, 5), kind=kind, steps=2)
        model("shared" + e, shared, (3, 4), kind=kind)
        model("sequential" + e, lambda: small(), (4, 5), kind=kind, steps=2, optimizer=lambda: O.Adam(0.05))


# --- Losses, metrics, schedules on literal numbers


def literal(kind, group, name, make, batches):
    def case(rng):
        made = make()
        if kind == "loss":
            (t, p, w), = batches
            value = float(made(t, p, sample_weight=w))
            config = losses.serialize(made)
        else:
            for t, p, w in batches:
                made.update_state(t, p, sample_weight=w)
            value = float(made.result())
            config = metrics.serialize(made)
        return {"kind": kind, "class": made.__class__.__name__, "object": json.loads(json.dumps(config)), "value": value,
                "batches": [{"y_true": packed(t), "y_pred": packed(p), "sample_weight": None if w is None else packed(np.asarray(w, F))} for t, p, w in batches]}
    add(group, name, case)


REAL = [[1, 9, 2], [-5, -2, 6]], [[4, 8, 12], [8, 1, 3]]
SHARES = [[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]
CLASSES = [1, 2], SHARES[1]
BITS = [[1, 0, 1, 0], [1, 1, 0, 0]], [[0.6, 0.4, 0.9, 0.2], [0.3, 0.8, 0.5, 0.1]]
LOGITS = [[0, 1, 0], [0, 0, 1]], [[-2.0, 3.0, 0.5], [1.0, -1.0, 0.25]]
POSITIVE = [[1, 9, 2], [5, 2, 6]], [[4, 8, 12], [8, 1, 3]]
SIGNS = [[0, 1, 0, 1], [1, 1, 0, 0]], [[-0.3, 0.2, -0.1, 1.6], [-0.25, -1.0, 0.5, 0.6]]


def f4(a):
    return np.asarray(a, F)


def weights_of(n):
    return [("", None), ("_weighted", np.array([1.2, 3.4][:n], F)), ("_zero", np.array([0, 0][:n], F)), ("_column", np.array([[1.5], [0.5]][:n], F))]


def loss_cases():
    table = dict(
        MeanSquaredError=(REAL, {}), MeanAbsoluteError=(REAL, {}), MeanAbsolutePercentageError=(POSITIVE, {}), MeanSquaredLogarithmicError=(POSITIVE, {}),
        Huber=(REAL, {}), LogCosh=(REAL, {}), CosineSimilarity=(REAL, dict(axis=-1)), KLDivergence=(SHARES, {}), Poisson=(POSITIVE, {}),
        Hinge=(SIGNS, {}), SquaredHinge=(SIGNS, {}), CategoricalHinge=(SHARES, {}), BinaryCrossentropy=(BITS, {}), BinaryFocalCrossentropy=(BITS, dict(gamma=3.0)),
        CategoricalCrossentropy=(SHARES, {}), CategoricalFocalCrossentropy=(SHARES, dict(alpha=0.3, gamma=1.5)), SparseCategoricalCrossentropy=(CLASSES, {}),
        Dice=(BITS, {}), Tversky=(BITS, dict(alpha=0.3, beta=0.7)))
    for cls, ((t, p), options) in table.items():
        make = getattr(losses, cls)
        t = np.asarray(t, "int32") if cls.startswith("Sparse") else f4(t)
        whole = cls in ("Dice", "Tversky")
        for e, w in weights_of(2):
            if whole and w is not None:
                continue
            literal("loss", "losses", f"loss_{cls}{e}", lambda m=make, o=options: m(**o), [(t, f4(p), w)])
        if not whole:
            literal("loss", "losses", f"loss_{cls}_sum", lambda m=make, o=options: m(reduction="sum", **o), [(t, f4(p), None)])
            literal("loss", "losses", f"loss_{cls}_mean_weighted", lambda m=make, o=options: m(reduction="mean_with_sample_weight", **o), [(t, f4(p), np.array([1.2, 3.4], F))])
        literal("loss", "losses", f"loss_{cls}_perfect", lambda m=make, o=options: m(**o),
                [(t, np.eye(3, dtype=F)[t] if cls.startswith("Sparse") else t, None)])
    for e, cls, o, (t, p) in [
        ("bce_logits", "BinaryCrossentropy", dict(from_logits=True), SIGNS), ("bce_smooth", "BinaryCrossentropy", dict(label_smoothing=0.2), BITS),
        ("bce_logits_smooth", "BinaryCrossentropy", dict(from_logits=True, label_smoothing=0.1), SIGNS), ("cce_logits", "CategoricalCrossentropy", dict(from_logits=True), LOGITS),
        ("cce_smooth", "CategoricalCrossentropy", dict(label_smoothing=0.1), SHARES), ("scce_logits", "SparseCategoricalCrossentropy", dict(from_logits=True), (CLASSES[0], LOGITS[1])),
        ("scce_ignore", "SparseCategoricalCrossentropy", dict(ignore_class=2), CLASSES), ("focal_balanced", "BinaryFocalCrossentropy", dict(apply_class_balancing=True, alpha=0.4), BITS),
        ("focal_logits", "BinaryFocalCrossentropy", dict(from_logits=True, gamma=1.0), SIGNS), ("focal_smooth", "BinaryFocalCrossentropy", dict(label_smoothing=0.1), BITS),
        ("categorical_focal_logits", "CategoricalFocalCrossentropy", dict(from_logits=True), LOGITS), ("categorical_focal_smooth", "CategoricalFocalCrossentropy", dict(label_smoothing=0.1), SHARES),
        ("dice_axes", "Dice", dict(axis=(1,)), BITS), ("tversky_default", "Tversky", {}, BITS),
        ("cosine_axis", "CosineSimilarity", dict(axis=1), REAL),
    ]:
        t = np.asarray(t, "int32") if cls.startswith("Sparse") else f4(t)
        literal("loss", "losses", "loss_option_" + e, lambda c=cls, o=o: getattr(losses, c)(**o), [(t, f4(p), None)])
    r = np.random.default_rng(3)
    for cls in ("MeanSquaredError", "MeanAbsoluteError", "Poisson", "KLDivergence", "LogCosh", "Huber"):
        t, p = np.round(r.uniform(0.1, 2, (2, 3, 4)), 2).astype(F), np.round(r.uniform(0.1, 2, (2, 3, 4)), 2).astype(F)
        literal("loss", "losses", f"loss_{cls}_steps_weighted", lambda c=cls: getattr(losses, c)(), [(t, p, np.array([[1, 2, 3], [0.5, 0, 1]], F))])
    p = np.round(r.dirichlet(np.ones(4), (2, 3)), 2).astype(F)
    literal("loss", "losses", "loss_scce_steps_weighted", lambda: losses.SparseCategoricalCrossentropy(), [(r.integers(0, 4, (2, 3)).astype("int32"), p, np.array([[1, 2, 3], [0.5, 0, 1]], F))])
    for name in "mse mae mape msle bce categorical_crossentropy kld log_cosh huber cosine_similarity poisson hinge squared_hinge categorical_hinge".split():
        t, p = {"mape": POSITIVE, "msle": POSITIVE, "bce": BITS, "categorical_crossentropy": SHARES, "kld": SHARES, "poisson": POSITIVE, "hinge": SIGNS,
                "squared_hinge": SIGNS, "categorical_hinge": SHARES}.get(name, REAL)
        literal("loss", "losses", "loss_named_" + name, lambda n=name: losses.get(n) if isinstance(losses.get(n), losses.Loss) else keras.src.losses.losses.LossFunctionWrapper(losses.get(n), name=n), [(f4(t), f4(p), None)])


def metric_cases():
    two = lambda t, p: [(t, p, None), (t[::-1].copy(), p, None)]
    weighted = lambda t, p: [(t, p, np.array([0.5, 2.0], F)), (t[::-1].copy(), p, np.array([1.0, 0.2], F))]
    table = dict(
        MeanSquaredError=REAL, MeanAbsoluteError=REAL, MeanAbsolutePercentageError=POSITIVE, MeanSquaredLogarithmicError=POSITIVE, RootMeanSquaredError=REAL,
        CosineSimilarity=REAL, LogCoshError=REAL, KLDivergence=SHARES, Poisson=POSITIVE, Hinge=SIGNS, SquaredHinge=SIGNS, CategoricalHinge=SHARES,
        BinaryCrossentropy=BITS, CategoricalCrossentropy=SHARES, SparseCategoricalCrossentropy=CLASSES, Accuracy=([[1, 2, 3], [4, 5, 6]], [[1, 2, 0], [4, 0, 6]]),
        BinaryAccuracy=BITS, CategoricalAccuracy=SHARES, SparseCategoricalAccuracy=CLASSES, TopKCategoricalAccuracy=SHARES, SparseTopKCategoricalAccuracy=CLASSES,
        Precision=BITS, Recall=BITS)
    for cls, (t, p) in table.items():
        make = getattr(metrics, cls)
        o = dict(k=2) if "TopK" in cls else {}
        t, p = np.asarray(t, "int32") if cls.startswith("Sparse") else f4(t), f4(p)
        literal("metric", "metrics", f"metric_{cls}", lambda m=make, o=o: m(**o), [(t, p, None)])
        literal("metric", "metrics", f"metric_{cls}_batches", lambda m=make, o=o: m(**o), two(t, p))
        literal("metric", "metrics", f"metric_{cls}_weighted", lambda m=make, o=o: m(**o), weighted(t, p))
        if cls not in ("Precision", "Recall"):
            literal("metric", "metrics", f"metric_{cls}_zero", lambda m=make, o=o: m(**o), [(t, p, np.zeros(2, F))])
    for e, make, (t, p) in [
        ("binary_threshold", lambda: metrics.BinaryAccuracy(threshold=0.7), BITS), ("precision_threshold", lambda: metrics.Precision(thresholds=0.7), BITS),
        ("recall_threshold", lambda: metrics.Recall(thresholds=0.3), BITS), ("bce_logits", lambda: metrics.BinaryCrossentropy(from_logits=True), SIGNS),
        ("bce_smooth", lambda: metrics.BinaryCrossentropy(label_smoothing=0.1), BITS), ("cce_logits", lambda: metrics.CategoricalCrossentropy(from_logits=True), LOGITS),
        ("cce_smooth", lambda: metrics.CategoricalCrossentropy(label_smoothing=0.1), SHARES), ("scce_logits", lambda: metrics.SparseCategoricalCrossentropy(from_logits=True), (CLASSES[0], LOGITS[1])),
        ("top_1", lambda: metrics.TopKCategoricalAccuracy(k=1), SHARES), ("sparse_top_1", lambda: metrics.SparseTopKCategoricalAccuracy(k=1), CLASSES),
        ("cosine_axis", lambda: metrics.CosineSimilarity(axis=-1), REAL),
    ]:
        t = np.asarray(t, "int32") if np.ndim(t) == 1 else f4(t)
        literal("metric", "metrics", "metric_option_" + e, make, [(t, f4(p), None), (t, f4(p)[::-1].copy(), None)])
    literal("metric", "metrics", "metric_sparse_column", lambda: metrics.SparseCategoricalAccuracy(), [(np.array([[1], [2]], "int32"), f4(SHARES[1]), None)])
    literal("metric", "metrics", "metric_precision_none", lambda: metrics.Precision(), [(f4(BITS[0]), np.zeros((2, 4), F), None)])
    literal("metric", "metrics", "metric_recall_none", lambda: metrics.Recall(), [(np.zeros((2, 4), F), f4(BITS[1]), None)])
    r = np.random.default_rng(4)
    p = np.round(r.dirichlet(np.ones(4), (2, 3)), 2).astype(F)
    for w in (None, np.array([[1, 2, 3], [0.5, 0, 1]], F)):
        literal("metric", "metrics", "metric_sparse_steps" + ("" if w is None else "_weighted"), lambda: metrics.SparseCategoricalAccuracy(), [(r.integers(0, 4, (2, 3)).astype("int32"), p, w)])


def schedule_cases():
    for n, make in dict(
        exponential=lambda: S.ExponentialDecay(0.05, 10, 0.96), exponential_stair=lambda: S.ExponentialDecay(0.05, 4, 0.5, staircase=True),
        piecewise=lambda: S.PiecewiseConstantDecay([3, 8], [1.0, 0.5, 0.1]), polynomial=lambda: S.PolynomialDecay(0.05, 10, 0.002),
        polynomial_power=lambda: S.PolynomialDecay(0.05, 10, 0.0, power=0.5), polynomial_cycle=lambda: S.PolynomialDecay(0.05, 4, 0.001, power=2.0, cycle=True),
        polynomial_cycle_start=lambda: S.PolynomialDecay(0.05, 7, cycle=True), inverse_time=lambda: S.InverseTimeDecay(0.05, 10, 0.96),
        inverse_time_stair=lambda: S.InverseTimeDecay(0.05, 4, 0.96, staircase=True), cosine=lambda: S.CosineDecay(1.0, 10), cosine_alpha=lambda: S.CosineDecay(1.0, 10, alpha=0.1),
        cosine_warmup=lambda: S.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=5), cosine_warmup_alpha=lambda: S.CosineDecay(0.1, 8, alpha=0.3, warmup_target=0.5, warmup_steps=3),
        restarts=lambda: S.CosineDecayRestarts(1.0, 4), restarts_t=lambda: S.CosineDecayRestarts(1.0, 3, t_mul=1.5), restarts_m=lambda: S.CosineDecayRestarts(1.0, 4, m_mul=0.7),
        restarts_alpha=lambda: S.CosineDecayRestarts(1.0, 4, t_mul=1.0, alpha=0.1), restarts_all=lambda: S.CosineDecayRestarts(0.5, 2, t_mul=2.0, m_mul=0.9, alpha=0.05),
    ).items():
        def case(rng, make=make):
            s = make()
            return {"kind": "schedule", "class": s.__class__.__name__, "object": json.loads(json.dumps(S.serialize(s))),
                    "rates": [[i, float(s(i))] for i in (0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 19, 100)]}
        add("schedules", "schedule_" + n, case)


# what Keras's tests ask of classes that Thaw does not have: recurrent layers, attention, EinsumDense, lookups, hashing, discretization, spectrograms, further
# augmentation, adaptive pooling, spectral normalization, further metrics and optimizers. They come when the classes do.
PARTS = (activations, convolutions, core, merging, normalization, pooling, reshaping, regularization, images, entrance, masks, models, loss_cases, metric_cases, schedule_cases)


def rides(group, name, line, seen):
    """Whether a case is part of the build: of the layers, whose options other fixtures know, the first of each class
    and what is special here."""
    first = line["class"] not in seen
    seen.add(line["class"])
    return group != "layers" or first or any(t in name for t in ("_of_", "mask", "mixed", "rms", "wide", "moved_", "declared"))


def tensor(t):
    return np.frombuffer(base64.b64decode(t["d"]), "<" + t["t"]).reshape(t["s"])


def back(out, files):
    right = wrong = 0
    for group in sorted(os.listdir(out)):
        for text in gzip.open(os.path.join(out, group), "rt"):
            case = json.loads(text)
            if case["kind"] not in ("model", "file"):
                continue
            keras.backend.clear_session()
            try:
                m = keras.models.load_model(os.path.join(files, case["id"] + ".keras"))
                ours = arrays(m(given([tensor(x) for x in case["x"]]), training=False))
                for a, b in zip(ours, map(tensor, case["y"])):
                    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
                right += 1
            except Exception as e:
                wrong += 1
                print("WRONG", case["id"], repr(e)[:300].replace("\n", " "), flush=True)
    print(f"Keras opens {right} of {right + wrong} files, and predicts the same")


def main():
    out = sys.argv[1]
    if "--back" in sys.argv:
        back(out, sys.argv[sys.argv.index("--back") + 1])
        return
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    for part in PARTS:
        part()
    os.makedirs(out, exist_ok=True)
    total, failed, seen = 0, [], set()
    for group, cases in GROUPS.items():
        lines = []
        for name, make in cases.items():
            if only not in name:
                continue
            keras.backend.clear_session()
            keras.utils.set_random_seed(zlib.crc32(name.encode()) & 0xFFFF)
            try:
                line = {"id": name, "kind": "model", **make(np.random.default_rng(zlib.crc32(name.encode())))}
                if "--part" not in sys.argv or rides(group, name, line, seen):
                    lines.append(json.dumps(line))
            except Exception as e:
                failed.append(name)
                print("NOT MADE", name, repr(e)[:300].replace("\n", " "), flush=True)
        with gzip.GzipFile(os.path.join(out, group + ".jsonl.gz"), "wb", mtime=0) as f:
            f.write("\n".join(lines).encode())
        total += len(lines)
        print(f"{group}: {len(lines)} cases, {os.path.getsize(os.path.join(out, group + '.jsonl.gz'))} bytes", flush=True)
    print(f"{total} cases of Keras {keras.__version__}, TensorFlow {tf.__version__}; {len(failed)} refused by this Keras")


if __name__ == "__main__":
    main()
