#!/usr/bin/env python
"""pretrained_base.py [OUT.keras]

Trains, with real Keras, the small base that the main job starts from: a depthwise-separable network under a first head, on the
digits 0-4 that ride in the project's resources. Writes one compiled .keras file with its optimizer's state. Run it in a Python with Keras 3 and TensorFlow."""
import gzip, os, sys
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))
DIGITS = os.path.join(HERE, "..", "..", "main", "resources", "dev", "thaw", "demo", "mnist")
OUT = os.path.join(DIGITS, "..", "pretrained.keras")


def idx(name):
    with gzip.open(os.path.join(DIGITS, name)) as f:
        raw = f.read()
    rank = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def digits(part, last):
    x = idx(part + "-images-idx3-ubyte.gz")[..., None].astype("float32") / 255
    y = idx(part + "-labels-idx1-ubyte.gz").astype("int32")
    return x[y <= last], y[y <= last]


def normalized(x, name):
    return layers.ReLU(name=name + "_relu")(layers.BatchNormalization(name=name + "_bn")(x))


def separable(x, name, filters, stride):
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=name + "_depthwise")(x)
    x = normalized(x, name + "_depthwise")
    x = layers.Conv2D(filters, 1, use_bias=False, name=name + "_project")(x)
    return normalized(x, name + "_project")


def base():
    x = keras.Input((28, 28, 1), name="pixels")
    y = layers.Conv2D(24, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    y = normalized(y, "stem")
    y = separable(y, "block_1", 48, 2)
    y = separable(y, "block_2", 96, 1)
    y = layers.Dropout(0.1, name="base_dropout")(y)
    return keras.Model(x, y, name="base")


def main():
    keras.utils.set_random_seed(42)
    x = keras.Input((28, 28, 1), name="image")
    y = layers.GlobalAveragePooling2D(name="pool")(base()(x))
    model = keras.Model(x, layers.Dense(5, activation="softmax", name="first_head")(y), name="pretraining")
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*digits("train", 4), epochs=6, verbose=2)
    model.optimizer.learning_rate.assign(2.5e-4)
    model.fit(*digits("train", 4), epochs=2, verbose=2)
    print("test loss and accuracy:", model.evaluate(*digits("t10k", 4), verbose=0))
    out = sys.argv[1] if len(sys.argv) > 1 else OUT
    model.save(out)
    print(out, os.path.getsize(out), "bytes")


main()
