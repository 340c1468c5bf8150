#!/usr/bin/env python
"""relay.py THAW [FOLDER]

Trains one model three ways: Keras alone for six epochs; and Keras for two, Thaw for two, Keras for two, handing over a .keras file
each time. Prints the losses of both and their largest relative difference, and exits with 1 where it is more than float32 rounding
explains. THAW is how to run Thaw's command line: "java -jar target/thaw.jar". Needs Keras 3 with TensorFlow."""
import json, os, shlex, subprocess, sys, tempfile
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers as L, optimizers as O

# Keras and Thaw round in other orders, some 1e-7 a step; over forty steps the differences are fed back
BOUND = 2e-5
OPTIMIZERS = {
    "SGD, momentum 0.9": lambda: O.SGD(0.02, momentum=0.9),
    "Adam": lambda: O.Adam(0.003),
    "AdamW": lambda: O.AdamW(0.003, weight_decay=0.01),
    "RMSprop, cosine decay": lambda: O.RMSprop(O.schedules.CosineDecay(0.003, 40)),
}


def model():
    keras.utils.set_random_seed(7)
    x = keras.Input((8, 8, 3))
    y = L.ReLU()(L.BatchNormalization(momentum=0.9)(L.Conv2D(8, 3, use_bias=False)(x)))
    y = L.ReLU()(L.BatchNormalization(momentum=0.9)(L.DepthwiseConv2D(3, use_bias=False)(y)))
    return keras.Model(x, L.Dense(4, activation="softmax")(L.GlobalAveragePooling2D()(y)))


def fit(m, x, y, epochs):
    return m.fit(x, y, batch_size=16, epochs=epochs, shuffle=False, verbose=0).history["loss"]


def main():
    thaw = shlex.split(sys.argv[1])
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
    rng = np.random.default_rng(3)
    y = rng.integers(0, 4, 100).astype("int32")
    x = (rng.normal(0, 1, (100, 8, 8, 3)) + y[:, None, None, None] * 0.4).astype("float32")
    np.save(f"{folder}/x.npy", x)
    np.save(f"{folder}/y.npy", y)
    failed = False
    for name, optimizer in OPTIMIZERS.items():
        m = model()
        m.compile(optimizer(), "sparse_categorical_crossentropy")
        m.save(f"{folder}/start.keras")
        alone = fit(keras.models.load_model(f"{folder}/start.keras"), x, y, 6)
        m = keras.models.load_model(f"{folder}/start.keras")
        relay = fit(m, x, y, 2)
        m.save(f"{folder}/keras.keras")
        subprocess.run(thaw + ["fit", f"{folder}/keras.keras", "--x", f"{folder}/x.npy", "--y", f"{folder}/y.npy", "--epochs", "2", "--batch-size", "16",
                               "--no-shuffle", "-o", f"{folder}/thaw.keras", "--history", f"{folder}/history.json", "--quiet"], check=True)
        with open(f"{folder}/history.json") as f:
            relay += json.load(f)["loss"]
        relay += fit(keras.models.load_model(f"{folder}/thaw.keras"), x, y, 2)
        off = max(abs(a - b) / abs(a) for a, b in zip(alone, relay))
        failed |= off > BOUND
        print(f"{name}: largest relative difference {off:.1e}{'  TOO MUCH' if off > BOUND else ''}")
        print("  Keras alone        " + " ".join(f"{v:.6f}" for v in alone))
        print("  Keras, Thaw, Keras " + " ".join(f"{v:.6f}" for v in relay))
    sys.exit(failed)


main()
