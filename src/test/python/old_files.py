"""Files as older releases of Keras left them, each with one thing that a reader can stumble over, written to
src/test/resources/dev/thaw/io/keras/door/: the model, an input, and what Keras predicts for it.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/old_files.py [NAME ..]

Keras 3 writes them, and where a fault is a release's way of writing, its files are rewritten key by key; what is
called keras2 comes from the Keras 2 that TensorFlow carries inside.
"""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources" / "dev" / "thaw" / "io" / "keras" / "door"
FILES = {}


def file(make):
    """Registers a function that makes the files of one folder of its name."""
    FILES[make.__name__] = make
    return make


def keep(name, model, x, suffix="keras"):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"model.{suffix}"
    model.save(path)
    np.save(folder / "x.npy", x)
    np.save(folder / "y_keras.npy", model.predict(x, verbose=0))
    return path


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@file
def activation_layer():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation=layers.LeakyReLU(negative_slope=0.1), name="leaky"),
            layers.Dense(3, activation=layers.ReLU(max_value=0.5), name="bounded"),
            layers.Activation(layers.ELU(alpha=0.5), name="elu"),
            layers.Dense(3, activation=layers.Softmax(), name="softmax"),
        ]
    )
    keep("activation_layer", model, numbers(8, 4))


@file
def h5_theano_kernels():
    """Keras 2 on Theano kept the kernels of these convolutions backwards, and depthwise ones as all others do."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(2, (3, 2), name="conv"),
            layers.DepthwiseConv2D(2, name="depthwise"),
            layers.Conv2DTranspose(3, 2, name="transposed"),
            layers.Reshape((4, 15), name="rows"),
            layers.Conv1D(2, 3, name="conv1d"),
        ]
    )
    path = keep("h5_theano_kernels", model, numbers(2, 6, 6, 2), "h5")
    with h5py.File(path, "r+") as f:

        def turn(name, node):
            if name.endswith("kernel") and "depthwise" not in name:
                spatial = tuple(range(node.ndim - 2))
                node[...] = np.flip(np.asarray(node), spatial)

        f["model_weights"].visititems(turn)
        for group in (f, f["model_weights"]):
            group.attrs["backend"] = "theano"
            group.attrs["keras_version"] = "2.1.3"


@file
def lambda_layer():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Lambda(lambda x: x / 255.0, name="scaled"), layers.Dense(2)]
    )
    keep("lambda_layer", model, 100 * numbers(8, 4))


if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        FILES[name]()
        print(name)
