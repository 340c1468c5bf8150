"""What real Keras predicts with each of keras.applications under random weights, for
dev.thaw.applications.KerasApplications to compare.

    KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 python applications.py OUT [NAME ..]

OUT/<n>-<application>/ gets case.json {"application", "options": Keras's arguments}, model.keras,
weights.h5 (the layout in which Keras ships its weights: legacy, weights alone), x.npy and y.npy.
All are seeded. Random weights alone would prove nothing: a deep network of them makes all outputs 0 or
infinite, and moving statistics of 0 and 1 hide a mistake. So gamma, beta and biases are random, one
batch sets the statistics of each batch normalization, and these are then moved off by a few hundredths.

    python applications.py --reopen OUT

opens the ours.keras that KerasApplications has written beside each case, and compares predictions.

    python applications.py --golden ../resources/dev/thaw/applications

makes the case that rides in the project: the smallest MobileNetV2, its weights rounded to the
precision of bfloat16 and the archive deflated, so that it is small.
"""

import io
import json
import os
import pathlib
import sys
import zipfile

import h5py
import keras
import numpy as np
from keras.src.legacy.saving import legacy_h5_format

LOGITS = dict(classes=10, classifier_activation=None)
CASES = [
    ("MobileNet", dict(input_shape=(33, 40, 3), alpha=0.25, depth_multiplier=2, classes=10)),
    ("MobileNetV2", dict(input_shape=(32, 47, 3), alpha=0.35, **LOGITS)),
    ("MobileNetV3Small", dict(input_shape=(64, 50, 3), alpha=0.5, **LOGITS)),
    ("MobileNetV3Small", dict(input_shape=(40, 41, 3), minimalistic=True, **LOGITS)),
    ("MobileNetV3Large", dict(input_shape=(47, 64, 3), alpha=0.5, **LOGITS)),
    ("MobileNetV3Large", dict(include_top=False, input_shape=(40, 48, 3), minimalistic=True, pooling="avg")),
    ("MobileNetV2", dict(include_top=False, alpha=0.35, pooling="avg")),
    ("EfficientNetB0", dict(include_top=False, pooling="avg")),
    ("Xception", dict(input_shape=(71, 75, 3), **LOGITS)),
    ("InceptionV3", dict(input_shape=(75, 80, 3), **LOGITS)),
    ("ResNet50", dict(input_shape=(33, 40, 3), **LOGITS)),
    ("ResNet101", dict(include_top=False, input_shape=(40, 33, 3), pooling="max")),
    ("ResNet152", dict(input_shape=(33, 40, 3), **LOGITS)),
    ("ResNet50V2", dict(input_shape=(33, 40, 3), **LOGITS)),
    ("ResNet101V2", dict(include_top=False, input_shape=(40, 33, 3), pooling="avg")),
    ("ResNet152V2", dict(input_shape=(33, 40, 3), **LOGITS)),
    ("DenseNet121", dict(input_shape=(40, 47, 3), **LOGITS)),
    ("DenseNet169", dict(include_top=False, input_shape=(40, 47, 3), pooling="avg")),
    ("DenseNet201", dict(input_shape=(40, 47, 3), **LOGITS)),
    ("EfficientNetB0", dict(input_shape=(47, 64, 3), **LOGITS)),
    ("EfficientNetB1", dict(input_shape=(47, 64, 3), **LOGITS)),
    ("EfficientNetB2", dict(include_top=False, input_shape=(64, 47, 3), pooling="max")),
    ("EfficientNetB3", dict(input_shape=(47, 64, 3), **LOGITS)),
    ("EfficientNetB4", dict(input_shape=(40, 40, 3), **LOGITS)),
    ("EfficientNetB5", dict(input_shape=(40, 40, 3), **LOGITS)),
    ("EfficientNetB6", dict(input_shape=(40, 40, 3), **LOGITS)),
    ("EfficientNetB7", dict(input_shape=(40, 40, 3), **LOGITS)),
    ("VGG16", dict(input_shape=(33, 48, 3), **LOGITS)),
    ("VGG19", dict(include_top=False, input_shape=(48, 33, 3), pooling="avg")),
]
GOLDEN = ("MobileNetV2", dict(input_shape=(40, 33, 3), alpha=0.1, classes=10, classifier_activation=None))


def pixels(model, rng, count):
    """Noise between smooth pictures, so that neighbours have something to do with each other."""
    h, w, c = model.input_shape[1:]
    n, h, w = count, h or 50, w or 47
    smooth = rng.uniform(0, 255, (n, 1 + h // 8, 1 + w // 8, c)).repeat(8, 1).repeat(8, 2)[:, :h, :w]
    return np.clip(smooth + rng.normal(0, 30, (n, h, w, c)), 0, 255).astype("float32")


def prepared(application, x):
    modules = keras.applications
    for module in vars(modules).values():
        if hasattr(module, "preprocess_input") and hasattr(module, application):
            return module.preprocess_input(x.copy())
    assert application.startswith("MobileNetV3"), application  # which scales its pixels itself
    return x


def settle(model, x, rng):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.adapt_mean.assign(rng.normal(0, 0.2, layer.adapt_mean.shape))
            layer.adapt_variance.assign(rng.uniform(0.5, 1.5, layer.adapt_variance.shape))
            layer.finalize_state()
    norms = [l for l in model.layers if isinstance(l, keras.layers.BatchNormalization)]
    for l in norms:
        if l.scale:
            l.gamma.assign(rng.uniform(0.7, 1.3, l.gamma.shape))
        l.beta.assign(rng.normal(0, 0.2, l.beta.shape))
    for l in model.layers:
        if getattr(l, "use_bias", False):
            l.bias.assign(rng.normal(0, 0.05, l.bias.shape))
    # the statistics last, without dropout, so that they are those of what will come
    momentum = [l.momentum for l in norms]
    dropouts = [l for l in model.layers if isinstance(l, keras.layers.Dropout)]
    rates = [l.rate for l in dropouts]
    for l in norms:
        l.momentum = 0.0
    for l in dropouts:
        l.rate = 0.0
    model(x, training=True)
    for l, r in zip(dropouts, rates):
        l.rate = r
    for l, m in zip(norms, momentum):
        l.momentum = m
        spread = np.sqrt(l.moving_variance.numpy())
        l.moving_mean.assign_add(rng.normal(0, 0.05, spread.shape) * spread)
        l.moving_variance.assign(l.moving_variance * rng.uniform(0.9, 1.1, spread.shape))
    # outputs of about 1: a softmax of large ones is 0 or 1, whatever they are
    last = [l for l in model.layers if hasattr(l, "kernel")][-1]
    end = keras.Model(model.inputs, last.output)
    last.kernel.assign(last.kernel / np.std(end.predict(x, verbose=0)))


def build(application, options, seed):
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    # automatic names begin with conv2d_1, as in the files that Keras offers: only their order tells
    keras.layers.Conv2D(1, 1), keras.layers.BatchNormalization(), keras.layers.Activation("relu")
    model = getattr(keras.applications, application)(weights=None, **options)
    settle(model, prepared(application, pixels(model, rng, 16)), rng)
    return model, prepared(application, pixels(model, rng, 2))


def write(folder, application, options, model, x):
    y = model.predict(x, verbose=0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.json").write_text(json.dumps({"application": application, "options": options}))
    model.save(folder / "model.keras")
    with h5py.File(folder / "weights.h5", "w") as f:
        legacy_h5_format.save_weights_to_hdf5_group(f, model)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    print(folder.name, options, f"y in [{y.min():.3g}, {y.max():.3g}], std {y.std():.3g}", flush=True)


def reopen(out):
    """Keras opens what Thaw made: Keras's application again, under the same weights."""
    worst = 0.0
    for folder in sorted(p.parent for p in pathlib.Path(out).glob("*/ours.keras")):
        keras.backend.clear_session()
        model = keras.saving.load_model(folder / "ours.keras")
        y = np.load(folder / "y.npy")
        difference = np.abs(model.predict(np.load(folder / "x.npy"), verbose=0) - y).max() / max(1, np.abs(y).max())
        print(f"{folder.name:24} {difference:.2e}", flush=True)
        worst = max(worst, difference)
    print("worst", worst)
    assert worst <= 1e-4


def bfloat16(a):
    """The nearest number with 8 significant bits."""
    return ((a.astype("float32").view("uint32") + 0x8000) & 0xFFFF0000).view("float32")


def golden(target):
    application, options = GOLDEN
    model, x = build(application, options, 7)
    for w in model.weights:
        w.assign(bfloat16(w.numpy()))
    x = bfloat16(x)
    y = model.predict(x, verbose=0)
    model.save(target / "mobilenetv2.keras")
    with zipfile.ZipFile(target / "mobilenetv2.keras") as z:
        entries = {n: z.read(n) for n in z.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name, content in entries.items():
            z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)
    (target / "mobilenetv2.keras").write_bytes(out.getvalue())
    same = keras.saving.load_model(target / "mobilenetv2.keras").predict(x, verbose=0)
    assert np.array_equal(same, y)
    np.savez_compressed(target / "mobilenetv2.npz", x=x, y=y)
    print(out.tell(), "bytes, y", y)


def main(args):
    if args[0] == "--golden":
        return golden(pathlib.Path(args[1]))
    if args[0] == "--reopen":
        return reopen(args[1])
    for i, (application, options) in enumerate(CASES):
        if len(args) == 1 or application in args[1:]:
            folder = pathlib.Path(args[0]) / f"{i:02d}-{application}"
            write(folder, application, options, *build(application, options, 100 + i))


main(sys.argv[1:])
